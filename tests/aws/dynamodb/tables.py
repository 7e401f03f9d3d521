"""Making, changing, describing and deleting tables.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
"""

import re
import time
from typing import Any

from moto.dynamodb.models.table import Table

from aws import stores
from aws.call import Call
from aws.dynamodb import records
from aws.errors import AwsError
from aws.registry import answers
from aws.service_access import find_key

NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
BILLING = ("PAY_PER_REQUEST", "PROVISIONED")
KNOWN = {
    "AttributeDefinitions", "BillingMode", "DeletionProtectionEnabled", "KeySchema", "ProvisionedThroughput",
    "SSESpecification", "TableName", "Tags",
}  # fmt: skip


def invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def key_of(call: Call) -> str | None:
    """The ARN of the key that a request names; None for the one that DynamoDB owns."""
    wanted = call.param("SSESpecification") or {}
    if not wanted.get("Enabled"):
        return None
    name = wanted.get("KMSMasterKeyId")
    if not name:
        return f"arn:aws:kms:{call.region}:{call.account}:key/aws-dynamodb"  # AWS's own in the account
    key = find_key(call.account, call.region, name)
    if key is None or key.key_state != "Enabled":
        raise invalid(f"KMS key {name} is not usable")
    return key.arn


def _only(call: Call) -> None:
    unknown = call.params.keys() - KNOWN
    if unknown:
        raise AwsError("NotImplemented", f"the emulator's tables lack {', '.join(sorted(unknown))}", 501)


@answers("dynamodb", "CreateTable")
def create_table(call: Call) -> dict[str, Any]:
    _only(call)
    name = call.required("TableName")
    if not NAME.fullmatch(name):
        raise invalid("TableName must be 3 to 255 letters, digits, underscores, hyphens and dots")
    if records.look(call.account, call.region, name) is not None:
        raise AwsError("ResourceInUseException", f"Table already exists: {name}")
    schema, attributes = call.required("KeySchema"), call.required("AttributeDefinitions")
    if {part["AttributeName"] for part in schema} != {each["AttributeName"] for each in attributes}:
        raise invalid("Number of attributes in KeySchema does not exactly match number of attributes defined")
    billing = call.param("BillingMode") or "PROVISIONED"
    if billing not in BILLING:
        raise invalid(f"Value '{billing}' at 'billingMode' failed to satisfy constraint")
    throughput = call.param("ProvisionedThroughput")
    if (throughput is None) != (billing == "PAY_PER_REQUEST"):
        raise invalid("ReadCapacityUnits and WriteCapacityUnits must be given, if and only if the table is PROVISIONED")
    key = key_of(call)
    made = stores.new_table(call.account, call.region, name, schema, attributes, billing, throughput)
    made.deletion_protection_enabled = bool(call.param("DeletionProtectionEnabled"))
    record = stores.table_record(made)
    record.key, record.tags = key, records.tags_in(call)
    records.move(record, "CREATING", records.MAKING)
    stores.dynamodb(call.account, call.region).tables[name] = made
    return {"TableDescription": described(made)}


@answers("dynamodb", "UpdateTable")
def update_table(call: Call) -> dict[str, Any]:
    _only(call)
    table = records.active(call)
    record = stores.table_record(table)
    if "SSESpecification" in call.params:
        record.key = key_of(call)
    if billing := call.param("BillingMode"):
        if billing not in BILLING:
            raise invalid(f"Value '{billing}' at 'billingMode' failed to satisfy constraint")
        table.billing_mode = billing
        table.throughput = (
            call.param("ProvisionedThroughput") or {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
        ) | {"NumberOfDecreasesToday": 0}
    if "DeletionProtectionEnabled" in call.params:
        table.deletion_protection_enabled = bool(call.param("DeletionProtectionEnabled"))
    records.move(record, "UPDATING", records.CHANGING)
    return {"TableDescription": described(table)}


@answers("dynamodb", "DeleteTable")
def delete_table(call: Call) -> dict[str, Any]:
    table = records.active(call)
    if table.deletion_protection_enabled:
        raise invalid(
            f"Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection "
            f"first: {table.name}"
        )
    stores.table_record(table).gone = time.time() + records.DELETING
    return {"TableDescription": described(table)}


@answers("dynamodb", "DescribeTable")
def describe_table(call: Call) -> dict[str, Any]:
    return {"Table": described(records.find(call))}


@answers("dynamodb", "ListTables")
def list_tables(call: Call) -> dict[str, Any]:
    here = stores.dynamodb(call.account, call.region).tables
    return {"TableNames": sorted(name for name in list(here) if records.look(call.account, call.region, name))}


def described(table: Table) -> dict[str, Any]:
    record = stores.table_record(table)
    sse = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": record.key}
    size = sum(len(item) for item in table.items.values()) if table.range_key_attr else len(table.items)
    return {
        "TableName": table.name,
        "TableArn": table.table_arn,
        "TableId": record.identifier,
        "TableStatus": records.status(table),
        "CreationDateTime": record.made,
        "KeySchema": table.schema,
        "AttributeDefinitions": table.attr,
        "ProvisionedThroughput": table.throughput,
        "ItemCount": size,
        "TableSizeBytes": 0,
        "DeletionProtectionEnabled": bool(table.deletion_protection_enabled),
        # "If the table is using provisioned capacity and always has been, there is none."
        **({"BillingModeSummary": {"BillingMode": table.billing_mode}} if table.billing_mode != "PROVISIONED" else {}),
        **({"SSEDescription": sse} if record.key else {}),
    }
