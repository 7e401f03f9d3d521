"""Tables, by account and region. A table hangs on moto's, which holds the items."""

import time
from typing import Any

from moto.dynamodb.models.table import Table

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.stores import TableRecord

# Seconds that AWS takes; of the time to live it says "up to one hour", in which no other change of it is taken.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
MAKING, CHANGING, DELETING, EXPIRY = 0.3, 0.3, 0.3, 2.0


def split(name: str) -> tuple[str, str]:
    """The account, if it is said, and the bare name: a table is named or given by its ARN."""
    if name.startswith("arn:"):
        parts = name.split(":", 5)
        return parts[4], parts[5].removeprefix("table/").partition("/")[0]
    return "", name


def named(call: Call) -> str:
    return str(call.param("TableName") or call.param("ResourceArn") or "")


def arn(call: Call, name: str) -> str:
    account, bare = split(name)
    return f"arn:aws:dynamodb:{call.region}:{account or call.account}:table/{bare}"


def look(account: str, region: str, name: str) -> Table | None:
    """None too where the time of its deletion has passed."""
    here = stores.dynamodb(account, region).tables
    found = here.get(split(name)[1])
    if found is not None and (gone := stores.table_record(found).gone) and time.time() > gone:
        del here[found.name]
        return None
    return found


def status(table: Table) -> str:
    record = stores.table_record(table)
    if record.gone:
        return "DELETING"
    return record.moving if time.time() < record.settled else "ACTIVE"


def move(record: TableRecord, state: str, seconds: float) -> None:
    record.moving, record.settled = state, time.time() + seconds


def absent(name: str) -> AwsError:
    return AwsError("ResourceNotFoundException", f"Requested resource not found: Table: {split(name)[1]} not found")


def find(call: Call) -> Table:
    found = look(call.account, call.region, named(call))
    if found is None:
        raise absent(named(call))
    return found


def active(call: Call) -> Table:
    """For changes: a table that is in motion takes none."""
    found = find(call)
    if status(found) != "ACTIVE":
        raise AwsError("ResourceInUseException", f"Attempt to change a resource which is still in use: {found.name}")
    return found


def tags_in(call: Call) -> dict[str, str]:
    given: list[dict[str, Any]] = call.param("Tags") or []
    return {tag["Key"]: tag["Value"] for tag in given}
