"""Events of other regions than the Environment's: IAM's, which are in us-east-1, and those of the recovery region."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from e2e import manifests
from e2e.account import STAGING, Account
from e2e.careless.act import EVERYTHING
from e2e.kinds import Object
from e2e.waiting import until
from e2e.world import World
from events import feed

NAME, HOME, IAM, RECOVERY = "west", "us-west-2", "us-east-1", "eu-west-1"
ADMIN = f"arn:aws:sts::{STAGING}:assumed-role/admin/emulator"


def environment() -> Object:
    """Its warehouse has a key in the recovery region."""
    network = {
        "vpcId": "vpc-0c10157e400000001",
        "subnetIds": ["subnet-0c10157e4000000a1", "subnet-0c10157e4000000b1"],
        "securityGroupIds": ["sg-0c10157e400000001"],
    }
    manifest = manifests.staging(
        region=HOME, recoveryRegion=RECOVERY, network=network, events={}, warehouse={}, deletionPolicy="Delete",
        adopt=[f"s3-bucket/cloister-logs-{STAGING}-{HOME}"],
    )  # fmt: skip
    manifest["metadata"]["name"] = NAME
    return manifest


@pytest.fixture(scope="module")
def west(running: World) -> Iterator[Account]:
    running.onboard(environment(), timeout=60)
    until("events are heard", lambda: feed.hearing(running, NAME), lambda state: state == "Heard", timeout=20)
    account = Account(running.endpoints, STAGING, region=HOME)
    yield account
    role = one(running, "iam-role", "forward")
    rules = {region: one(running, "forwarding-rule", region) for region in (IAM, RECOVERY)}
    running.cluster.delete("Environment", NAME)
    running.cluster.wait_gone("Environment", NAME, timeout=60)
    for region, rule in rules.items():
        with pytest.raises(ClientError, match="does not exist"):
            account.in_region(region).events.describe_rule(Name=rule)
    with pytest.raises(ClientError, match="cannot be found"):
        account.iam.get_role(RoleName=role)


def one(world: World, kind: str, has: str = "") -> str:
    """The name of the only resource of that kind."""
    ids = [r["id"] for r in world.cluster.get("Environment", NAME)["status"]["resources"]]
    name: str
    (name,) = [id_.partition("/")[2] for id_ in ids if id_.startswith(f"{kind}/") and has in id_]
    return name


def is_told(world: World, resource: str, call: str) -> None:
    """The difference is mended, and told with who made it, by which call."""

    def told() -> list[Any]:
        records = world.cluster.get("Environment", NAME)["status"].get("recentDrift", [])
        mine = [r for r in records if r["resource"] == resource and "mendedAt" in r]
        return [(r.get("changedBy", {}).get("identity"), r.get("changedBy", {}).get("call")) for r in mine]

    until("it is told", told, lambda found: (ADMIN, call) in found, timeout=20)


def mended(act: Callable[[], object], read: Callable[[], object]) -> None:
    before = read()
    act()
    until("it is undone", read, lambda now: now == before, timeout=15)


def test_what_is_done_to_a_role_is_told_from_where_iam_is(world: World, west: Account) -> None:
    role, iam = one(world, "iam-role", "forward"), west.iam
    mended(
        lambda: iam.put_role_policy(RoleName=role, PolicyName="quick-fix", PolicyDocument=EVERYTHING),
        lambda: iam.list_role_policies(RoleName=role)["PolicyNames"],
    )
    is_told(world, f"iam-role/{role}", "iam:PutRolePolicy")


def test_what_is_done_to_a_recovery_key_is_told_from_there(world: World, west: Account) -> None:
    alias, kms = one(world, "recovery-kms-key"), west.in_region(RECOVERY).kms
    key = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
    mended(
        lambda: kms.disable_key_rotation(KeyId=key),
        lambda: kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"],
    )
    is_told(world, f"recovery-kms-key/{alias}", "kms:DisableKeyRotation")


def test_a_rule_elsewhere_that_sends_to_others_is_mended_as_one_at_home(world: World, west: Account) -> None:
    name, events = one(world, "forwarding-rule", RECOVERY), west.in_region(RECOVERY).events
    target = events.list_targets_by_rule(Rule=name)["Targets"][0]
    mended(
        lambda: events.put_targets(Rule=name, Targets=[target | {"Id": "mine"}]),
        lambda: events.list_targets_by_rule(Rule=name)["Targets"],
    )
    is_told(world, f"forwarding-rule/{name}", "events:PutTargets")


def test_a_way_that_is_silent_is_noticed_and_named(world: World, west: Account) -> None:
    feed.mischief(world, lost=1.0, region=RECOVERY)
    until("it is noticed", lambda: feed.hearing(world, NAME), lambda state: state == "Silent", timeout=20)
    notes = until("it is told", lambda: world.cluster.events(NAME, "EventsSilent"), timeout=5)
    assert f"no event has come from {RECOVERY} for too long" in notes[0]["note"]
    assert feed.hearing(world) == "Heard"
    feed.mischief(world)
    until("it is heard again", lambda: feed.hearing(world, NAME), lambda state: state == "Heard", timeout=15)
