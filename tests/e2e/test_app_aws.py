"""What an application has in AWS: whatever somebody changes of it by hand is put right and told."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from e2e import manifests
from e2e.served import Served
from e2e.waiting import until
from e2e.world import World

TENANT = "ledger"
SIGN_IN = {"issuer": "https://login.example.org:8443"}


class Table:
    """The table of its sessions, and its two roles."""

    def __init__(self, world: World) -> None:
        self.aws = world.aws
        names = self.aws.dynamodb.list_tables()["TableNames"]
        (self.name,) = [name for name in names if name.startswith(f"cloister-{TENANT}-claims-")]

    def described(self) -> dict[str, Any]:
        """All that is managed of it; nothing while it is not there."""
        try:
            table = self.aws.dynamodb.describe_table(TableName=self.name)["Table"]
        except self.aws.dynamodb.exceptions.ResourceNotFoundException:
            return {}
        expiry = self.aws.dynamodb.describe_time_to_live(TableName=self.name)["TimeToLiveDescription"]
        backups = self.aws.dynamodb.describe_continuous_backups(TableName=self.name)["ContinuousBackupsDescription"]
        return {
            "status": table["TableStatus"],
            "key": table.get("SSEDescription", {}).get("KMSMasterKeyArn"),
            "billing": table.get("BillingModeSummary"),
            "expires": expiry.get("AttributeName"),
            "protected": table["DeletionProtectionEnabled"],
            "recovery": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
        }

    def trust(self) -> Any:
        return self.aws.iam.get_role(RoleName=f"cloister-{TENANT}-door-claims")["Role"]["AssumeRolePolicyDocument"]

    def inline(self) -> list[str]:
        return self.aws.iam.list_role_policies(RoleName=f"cloister-{TENANT}-app-claims")["PolicyNames"]

    def all(self) -> Any:
        return self.described(), json.dumps(self.trust()), self.inline()


@pytest.fixture(scope="module")
def claims(shared_world: World) -> Iterator[Served]:
    shared_world.cluster.patch("Environment", "production", {"spec": {"signIn": SIGN_IN}})
    shared_world.onboard(manifests.tenant(TENANT))
    app = Served(shared_world, TENANT, "claims")
    app.write_secrets()
    shared_world.cluster.apply(manifests.app("claims", TENANT))
    app.wait_ready()
    yield app
    shared_world.cluster.delete("ClientTenant", TENANT)
    shared_world.cluster.wait_gone("ClientTenant", TENANT)
    shared_world.cluster.patch("Environment", "production", {"spec": {"signIn": None}})


def _no_expiry(table: Table) -> None:
    off = {"Enabled": False, "AttributeName": "expires"}
    table.aws.dynamodb.update_time_to_live(TableName=table.name, TimeToLiveSpecification=off)


def _own_key_of_aws(table: Table) -> None:
    table.aws.dynamodb.update_table(TableName=table.name, SSESpecification={"Enabled": False})


def _backups(table: Table) -> None:
    on = {"PointInTimeRecoveryEnabled": True}
    table.aws.dynamodb.update_continuous_backups(TableName=table.name, PointInTimeRecoverySpecification=on)


def _gone(table: Table) -> None:
    table.aws.dynamodb.delete_table(TableName=table.name)


def _trusts_the_application(table: Table) -> None:
    text = json.dumps(table.trust()).replace("door.cloister.dev", "sts.amazonaws.com")
    table.aws.iam.update_assume_role_policy(RoleName=f"cloister-{TENANT}-door-claims", PolicyDocument=text)


def _more_rights(table: Table) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    table.aws.iam.put_role_policy(RoleName=f"cloister-{TENANT}-app-claims", PolicyName="more", PolicyDocument=text)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (_no_expiry, "expires"),
        (_own_key_of_aws, "kmsKey"),
        (_backups, "pointInTimeRecovery"),
        (_gone, ""),
        (_trusts_the_application, "trust"),
        (_more_rights, "inline"),
    ],
)
def test_what_somebody_changes_is_put_right_and_told(
    world: World, claims: Served, change: Callable[[Table], None], part: str
) -> None:
    claims.wait_ready()
    table = Table(world)
    good = until("it is at rest", table.all, lambda found: found[0].get("status") == "ACTIVE")

    def changed() -> bool:
        """DynamoDB takes one change at a time."""
        try:
            change(table)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("ValidationException", "ResourceInUseException"):
                raise
            return False
        return True

    until("it can be changed", changed)
    until("it is told", lambda: _mended(claims, part))
    until("it is mended", table.all, lambda found: found == good)


def _mended(claims: Served, part: str) -> bool:
    claims.run_pods()
    found = claims.object()["status"].get("recentDrift", [])
    in_aws = [each for each in found if each["resource"].startswith(("dynamodb-table/", "iam-role/"))]
    return any(each["path"].split(".")[0] == part and each.get("mendedAt") for each in in_aws)


def test_it_leaves_nothing_behind(world: World, claims: Served) -> None:
    table = Table(world)
    world.cluster.delete("AnalyticsApp", "claims", TENANT)
    world.cluster.wait_gone("AnalyticsApp", "claims", TENANT)
    assert until("the table is gone", lambda: not table.described())
    for purpose in ("app", "door"):
        with pytest.raises(ClientError, match="NoSuchEntity"):
            world.aws.iam.get_role(RoleName=f"cloister-{TENANT}-{purpose}-claims")
        with pytest.raises(ClientError, match="NoSuchEntity"):
            world.aws.iam.get_policy(
                PolicyArn=f"arn:aws:iam::{world.aws.number}:policy/cloister/cloister-{TENANT}-{purpose}-claims"
            )
