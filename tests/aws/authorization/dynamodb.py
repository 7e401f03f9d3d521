"""What a call of DynamoDB needs permission for, the table's key included.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from moto.dynamodb.models.table import Table

from aws import stores
from aws.authorization import kms
from aws.authorization.demand import Demand, request_tags, resource_tags
from aws.call import Call
from aws.dynamodb import records, tables
from aws.errors import AwsError
from aws.service_access import find_key

ON_NO_TABLE = {"ListTables", "DescribeLimits", "DescribeEndpoints"}
# Calls on items, and the action that a part of a transaction stands for.
ITEMS = {
    "BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactGetItems",
    "TransactWriteItems", "UpdateItem",
}  # fmt: skip
PARTS = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
# Who makes a table, or gives it another key, lends DynamoDB the use of it.
LENT = (
    "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)  # fmt: skip


def demands(call: Call) -> list[Demand]:
    if call.operation in ON_NO_TABLE:
        return [Demand(f"dynamodb:{call.operation}", "*", call.account)]
    if call.operation in ITEMS:
        return _items(call)
    needed = [_on(call, call.operation, records.named(call))]
    if call.operation == "CreateTable" and call.param("Tags"):
        needed.append(_on(call, "TagResource", records.named(call)))
    if (call.param("SSESpecification") or {}).get("KMSMasterKeyId"):
        for action in LENT:
            _through(call, records.named(call), tables.key_of(call), action)
    return needed


def table(call: Call) -> Table | None:
    return records.look(call.account, call.region, records.named(call))


def _on(call: Call, action: str, name: str) -> Demand:
    owner = records.split(name)[0] or call.account
    found = records.look(owner, call.region, name)
    context = request_tags(records.tags_in(call)) | (resource_tags(stores.table_record(found).tags) if found else {})
    if call.operation == "UntagResource":
        context["aws:tagkeys"] = list(call.param("TagKeys") or [])
    return Demand(f"dynamodb:{action}", records.arn(call, name), owner, context)


def _items(call: Call) -> list[Demand]:
    if call.operation.startswith("Transact"):
        parts = [
            (PARTS[kind], part["TableName"]) for each in call.required("TransactItems") for kind, part in each.items()
        ]
    elif call.operation.startswith("Batch"):
        parts = [(call.operation, name) for name in call.required("RequestItems")]
    else:
        parts = [(call.operation, call.required("TableName"))]
    needed = [_on(call, action, name) for action, name in parts]
    for name in {name for _, name in parts}:
        found = records.look(call.account, call.region, name)
        if found is not None and records.status(found) in ("CREATING", "DELETING"):
            raise AwsError("ResourceNotFoundException", "Requested resource not found")
        if found is not None:
            _through(call, name, stores.table_record(found).key, "kms:Decrypt")
    return needed


def _through(call: Call, name: str, arn: str | None, action: str) -> None:
    key = find_key(call.account, call.region, arn) if arn else None
    if key is None:
        return  # one of AWS's own
    if key.key_state != "Enabled":
        raise AwsError("AccessDeniedException", f"The key {arn} cannot be used")
    about = {"aws:dynamodb:subscriberid": call.account, "aws:dynamodb:tablename": records.split(name)[1]}
    kms.through(call, "dynamodb", key, action, about)
