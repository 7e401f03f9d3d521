"""Which safeguards a table of ours lacks: those that it must have from its first moment on."""

from aws import stores
from aws.authorization import dynamodb
from aws.call import Call
from aws.invariants.safeguards import MANAGED
from aws.invariants.warehouse import OWNER
from aws.service_access import find_key


def missing(call: Call) -> frozenset[str]:
    table = dynamodb.table(call)
    if table is None:
        return frozenset()
    record = stores.table_record(table)
    lacking = set()
    if not record.tags.keys() >= {MANAGED, OWNER}:
        lacking.add("our tags")
    key = find_key(table.account_id, table.region_name, record.key) if record.key else None
    if key is None or stores.key_record(key).tags.get(OWNER) != record.tags.get(OWNER, "nobody"):
        lacking.add("the owner's key")
    return frozenset(lacking)
