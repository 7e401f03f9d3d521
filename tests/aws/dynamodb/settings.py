"""What a table has beside its description: expiry, continuous backups, tags.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html
"""

import time
from typing import Any

from moto.dynamodb.models.table import Table

from aws import stores
from aws.call import Call
from aws.dynamodb import records
from aws.dynamodb.tables import invalid
from aws.registry import answers


@answers("dynamodb", "DescribeTimeToLive")
def describe_time_to_live(call: Call) -> dict[str, Any]:
    table = records.find(call)
    return {"TimeToLiveDescription": _expiry(table)}


def _expiry(table: Table) -> dict[str, Any]:
    record = stores.table_record(table)
    settled = time.time() > record.expiry_changed + records.EXPIRY
    if record.expires:
        return {"TimeToLiveStatus": "ENABLED" if settled else "ENABLING", "AttributeName": record.expires}
    return {"TimeToLiveStatus": "DISABLED" if settled else "DISABLING"}


@answers("dynamodb", "UpdateTimeToLive")
def update_time_to_live(call: Call) -> dict[str, Any]:
    table = records.active(call)
    record = stores.table_record(table)
    wanted = call.required("TimeToLiveSpecification")
    if time.time() < record.expiry_changed + records.EXPIRY:
        raise invalid("Time to live has been modified multiple times within a fixed interval")
    if bool(record.expires) == wanted["Enabled"]:
        raise invalid(f"TimeToLive is already {'enabled' if record.expires else 'disabled'}")
    record.expires = wanted["AttributeName"] if wanted["Enabled"] else ""
    record.expiry_changed = time.time()
    # moto tidies up by its own field
    table.ttl = {"TimeToLiveStatus": "ENABLED" if record.expires else "DISABLED", "AttributeName": record.expires}
    return {"TimeToLiveSpecification": wanted}


@answers("dynamodb", "DescribeContinuousBackups", "UpdateContinuousBackups")
def continuous_backups(call: Call) -> dict[str, Any]:
    changes = call.operation == "UpdateContinuousBackups"
    record = stores.table_record(records.active(call) if changes else records.find(call))
    if changes:
        record.recoverable = bool(call.required("PointInTimeRecoverySpecification")["PointInTimeRecoveryEnabled"])
    recovery = {"PointInTimeRecoveryStatus": "ENABLED" if record.recoverable else "DISABLED"}
    description = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
    return {"ContinuousBackupsDescription": description}


@answers("dynamodb", "ListTagsOfResource")
def list_tags(call: Call) -> dict[str, Any]:
    tags = stores.table_record(records.find(call)).tags
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


@answers("dynamodb", "TagResource")
def tag(call: Call) -> None:
    stores.table_record(records.find(call)).tags |= records.tags_in(call)


@answers("dynamodb", "UntagResource")
def untag(call: Call) -> None:
    record = stores.table_record(records.find(call))
    record.tags = {key: value for key, value in record.tags.items() if key not in call.required("TagKeys")}
