"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html"""

import time
from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, allow, document, refused, trusting

NAME = "cloister-acme-health-claims-1f0c2a9b"
ARN = f"arn:aws:dynamodb:us-east-1:{PRODUCTION}:table/{NAME}"
TAGS = [
    {"Key": "cloister.dev/managed-by", "Value": "cloister"},
    {"Key": "cloister.dev/owner-uid", "Value": "uid-1"},
]


def _key(aws: Emulator, tags: list[dict[str, str]] = TAGS) -> str:
    given = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags]
    return str(aws.client("kms").create_key(Tags=given)["KeyMetadata"]["Arn"])


def _create(db: Any, key: str = "", **more: Any) -> Any:
    sse = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}} if key else {}
    given = {
        "TableName": NAME,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "Tags": TAGS,
    }
    return db.create_table(**given | sse | more)["TableDescription"]


def _settle(db: Any, state: str = "ACTIVE") -> Any:
    """The table once it has come to rest."""
    for _ in range(100):
        table = db.describe_table(TableName=NAME)["Table"]
        if table["TableStatus"] == state:
            return table
        time.sleep(0.05)
    raise AssertionError(table)


def _expire(db: Any, on: bool) -> Any:
    return db.update_time_to_live(TableName=NAME, TimeToLiveSpecification={"Enabled": on, "AttributeName": "expires"})


def test_a_table_is_made_changed_and_deleted_each_in_its_time(aws: Emulator) -> None:
    db, key = aws.client("dynamodb"), _key(aws)
    assert _create(db, key)["TableStatus"] == "CREATING"
    with refused("ResourceInUseException"):
        _create(db, key)
    with refused("ResourceInUseException"):
        _expire(db, on=True)
    with refused("ResourceNotFoundException"):
        db.put_item(TableName=NAME, Item={"id": {"S": "s#1"}})
    table = _settle(db)
    assert table["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
    assert table["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"} and not table["DeletionProtectionEnabled"]
    assert {tag["Key"] for tag in db.list_tags_of_resource(ResourceArn=ARN)["Tags"]} == {tag["Key"] for tag in TAGS}
    db.put_item(TableName=NAME, Item={"id": {"S": "s#1"}})
    assert db.get_item(TableName=NAME, Key={"id": {"S": "s#1"}})["Item"] == {"id": {"S": "s#1"}}

    db.update_table(TableName=NAME, SSESpecification={"Enabled": False})
    with refused("ResourceInUseException"):
        db.update_table(TableName=NAME, DeletionProtectionEnabled=True)
    assert "SSEDescription" not in _settle(db)
    db.update_table(TableName=NAME, DeletionProtectionEnabled=True)
    _settle(db)
    with refused("ValidationException", says="protected"):
        db.delete_table(TableName=NAME)
    db.update_table(TableName=NAME, DeletionProtectionEnabled=False)
    _settle(db)
    db.delete_table(TableName=NAME)
    _settle(db, "DELETING")
    time.sleep(0.4)
    with refused("ResourceNotFoundException"):
        db.describe_table(TableName=NAME)


def test_expiry_and_backups(aws: Emulator) -> None:
    db = aws.client("dynamodb")
    _create(db)
    _settle(db)
    assert db.describe_time_to_live(TableName=NAME)["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
    _expire(db, on=True)
    assert db.describe_time_to_live(TableName=NAME)["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLING"
    with refused("ValidationException", says="multiple times"):
        _expire(db, on=False)
    time.sleep(2.1)
    with refused("ValidationException", says="already enabled"):
        _expire(db, on=True)
    _expire(db, on=False)
    assert db.describe_time_to_live(TableName=NAME)["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLING"}
    db.update_continuous_backups(TableName=NAME, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    found = db.describe_continuous_backups(TableName=NAME)["ContinuousBackupsDescription"]
    assert found["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "ENABLED"}


def test_tables_are_among_what_is_tagged(aws: Emulator) -> None:
    db = aws.client("dynamodb")
    _create(db)
    asked = {"TagFilters": [{"Key": "cloister.dev/owner-uid"}], "ResourceTypeFilters": ["dynamodb:table"]}
    found = aws.client("resourcegroupstaggingapi").get_resources(**asked)["ResourceTagMappingList"]
    assert [each["ResourceARN"] for each in found] == [ARN]


@pytest.fixture
def door(aws: Emulator) -> Any:
    """A role that may get and put items of one table, and has no right on its key."""
    iam = aws.client("iam")
    iam.create_role(RoleName="door", AssumeRolePolicyDocument=trusting(f"arn:aws:iam::{PRODUCTION}:root"))
    policy = document(allow(["dynamodb:GetItem", "dynamodb:PutItem"], ARN))
    iam.put_role_policy(RoleName="door", PolicyName="it", PolicyDocument=policy)
    return aws.client("dynamodb", aws.credentials(role="door"))


def test_items_need_a_right_on_their_own_table(aws: Emulator, door: Any) -> None:
    db = aws.client("dynamodb")
    _create(db)
    _create(db, TableName="cloister-other-claims-00000000")
    _settle(db)
    door.put_item(TableName=NAME, Item={"id": {"S": "s#1"}})
    for attempt in (
        lambda: door.put_item(TableName="cloister-other-claims-00000000", Item={"id": {"S": "s#1"}}),
        lambda: door.scan(TableName=NAME),
        lambda: door.delete_item(TableName=NAME, Key={"id": {"S": "s#1"}}),
        lambda: door.batch_get_item(RequestItems={NAME: {"Keys": [{"id": {"S": "s#1"}}]}}),
        lambda: door.transact_write_items(TransactItems=[{"Delete": {"TableName": NAME, "Key": {"id": {"S": "s#1"}}}}]),
        lambda: door.update_time_to_live(
            TableName=NAME, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
        ),
        lambda: door.delete_table(TableName=NAME),
    ):
        with refused("AccessDeniedException"):
            attempt()
    door.transact_write_items(TransactItems=[{"Put": {"TableName": NAME, "Item": {"id": {"S": "s#2"}}}}])


def test_items_of_an_encrypted_table_need_its_key(aws: Emulator, door: Any) -> None:
    _create(aws.client("dynamodb"), _key(aws))
    _settle(aws.client("dynamodb"))
    with refused("AccessDeniedException", says="kms:Decrypt"):
        door.get_item(TableName=NAME, Key={"id": {"S": "s#1"}})
    through = {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
    more = document(allow("kms:Decrypt", Condition=through))
    aws.client("iam").put_role_policy(RoleName="door", PolicyName="key", PolicyDocument=more)
    door.get_item(TableName=NAME, Key={"id": {"S": "s#1"}})


def test_the_provisioner_makes_tables_of_its_own_name_and_reads_no_item(aws: Emulator) -> None:
    own = aws.client("dynamodb", aws.assume())
    with refused("AccessDeniedException"):
        _create(own, TableName="sessions")
    _create(own, _key(aws))
    _settle(own)
    for attempt in (
        lambda: own.get_item(TableName=NAME, Key={"id": {"S": "s#1"}}),
        lambda: own.scan(TableName=NAME),
        lambda: own.create_backup(TableName=NAME, BackupName="all"),
    ):
        with refused("AccessDeniedException"):
            attempt()
    assert aws.violations() == []


def test_a_table_that_the_operator_makes_is_under_its_owners_key(aws: Emulator) -> None:
    _create(aws.client("dynamodb", aws.assume()))
    assert aws.violations() == ["table-is-safeguarded"]


def test_a_strangers_table_is_left_alone(aws: Emulator) -> None:
    _create(aws.client("dynamodb"), Tags=[])
    own = aws.client("dynamodb", aws.assume())
    _settle(own)
    own.update_table(TableName=NAME, DeletionProtectionEnabled=True)
    assert "foreign-untouched" in aws.violations()
