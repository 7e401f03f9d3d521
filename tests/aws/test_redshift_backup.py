"""Snapshots, and their copies in another region.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_EnableSnapshotCopy.html
https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html
"""

from typing import Any

import pytest

from aws.conftest import STAGING, Call, Emulator, refused
from aws.redshift_world import create, finish, seen, slow, tags

NAME = {"ClusterIdentifier": "cloister-acme"}
THERE = "us-west-2"


@pytest.fixture
def redshift(aws: Emulator) -> Any:
    aws.control("POST", "/redshift", {"default": 0})
    return aws.client("redshift")


@pytest.fixture
def recovery(aws: Emulator) -> Any:
    return aws.client("redshift", region=THERE)


def grant(aws: Emulator, recovery: Any, name: str = "cloister-acme") -> str:
    key: str = aws.client("kms", region=THERE).create_key()["KeyMetadata"]["Arn"]
    recovery.create_snapshot_copy_grant(SnapshotCopyGrantName=name, KmsKeyId=key, Tags=tags("u1"))
    return key


def test_grants_live_where_the_copies_arrive(aws: Emulator, redshift: Any, recovery: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateSnapshotCopyGrant.html"""
    key = grant(aws, recovery)
    (found,) = recovery.describe_snapshot_copy_grants(SnapshotCopyGrantName="cloister-acme")["SnapshotCopyGrants"]
    assert found == {"SnapshotCopyGrantName": "cloister-acme", "KmsKeyId": key, "Tags": tags("u1")}
    assert redshift.describe_snapshot_copy_grants()["SnapshotCopyGrants"] == []
    here = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    calls: list[tuple[str, Call]] = [
        ("SnapshotCopyGrantAlreadyExistsFault", lambda: grant(aws, recovery)),
        ("SnapshotCopyGrantNotFoundFault", lambda: redshift.delete_snapshot_copy_grant(SnapshotCopyGrantName="x")),
        ("InvalidParameterValue", lambda: recovery.create_snapshot_copy_grant(SnapshotCopyGrantName="A")),
        (
            "InvalidParameterValue",
            lambda: recovery.create_snapshot_copy_grant(SnapshotCopyGrantName="a", KmsKeyId=here),
        ),
    ]
    for code, call in calls:
        with refused(code, 400):
            call()
    recovery.delete_snapshot_copy_grant(SnapshotCopyGrantName="cloister-acme")
    assert recovery.describe_snapshot_copy_grants()["SnapshotCopyGrants"] == []


def test_copying_is_turned_on_changed_and_off(aws: Emulator, redshift: Any, recovery: Any) -> None:
    create(redshift)
    grant(aws, recovery)
    wanted = {"DestinationRegion": THERE, "RetentionPeriod": 14, "SnapshotCopyGrantName": "cloister-acme"}
    redshift.enable_snapshot_copy(**NAME, **wanted)
    assert seen(redshift)["ClusterSnapshotCopyStatus"] == wanted | {"ManualSnapshotRetentionPeriod": -1}
    with refused("SnapshotCopyAlreadyEnabledFault", 400):
        redshift.enable_snapshot_copy(**NAME, **wanted)
    with refused("InvalidSnapshotCopyGrantStateFault", 400):
        recovery.delete_snapshot_copy_grant(SnapshotCopyGrantName="cloister-acme")
    redshift.modify_snapshot_copy_retention_period(**NAME, RetentionPeriod=35)
    redshift.modify_snapshot_copy_retention_period(**NAME, RetentionPeriod=3653, Manual=True)
    found = seen(redshift)["ClusterSnapshotCopyStatus"]
    assert (found["RetentionPeriod"], found["ManualSnapshotRetentionPeriod"]) == (35, 3653)
    with refused("InvalidRetentionPeriodFault", 400):
        redshift.modify_snapshot_copy_retention_period(**NAME, RetentionPeriod=36)
    redshift.disable_snapshot_copy(**NAME)
    assert "ClusterSnapshotCopyStatus" not in seen(redshift)
    recovery.delete_snapshot_copy_grant(SnapshotCopyGrantName="cloister-acme")


@pytest.mark.parametrize(
    ("wanted", "code", "http"),
    [
        ({"DestinationRegion": "us-moon-1"}, "UnknownSnapshotCopyRegionFault", 404),
        ({"DestinationRegion": "us-east-1"}, "InvalidParameterValue", 400),
        ({"DestinationRegion": THERE, "SnapshotCopyGrantName": "absent"}, "SnapshotCopyGrantNotFoundFault", 400),
        ({"DestinationRegion": THERE, "RetentionPeriod": 0}, "InvalidRetentionPeriodFault", 400),
    ],
)
def test_what_copying_refuses(redshift: Any, wanted: dict[str, Any], code: str, http: int) -> None:
    create(redshift)
    with refused(code, http):
        redshift.enable_snapshot_copy(**NAME, **wanted)
    assert "ClusterSnapshotCopyStatus" not in seen(redshift)
    with refused("SnapshotCopyAlreadyDisabledFault", 400):
        redshift.disable_snapshot_copy(**NAME)
    with refused("SnapshotCopyDisabledFault", 400):
        redshift.modify_snapshot_copy_retention_period(**NAME, RetentionPeriod=7)


def test_a_grant_of_another_account_is_none(aws: Emulator, redshift: Any) -> None:
    create(redshift)
    foreign = aws.client("redshift", aws.credentials(STAGING), region=THERE)
    foreign.create_snapshot_copy_grant(SnapshotCopyGrantName="cloister-acme")
    with refused("SnapshotCopyGrantNotFoundFault"):
        redshift.enable_snapshot_copy(**NAME, DestinationRegion=THERE, SnapshotCopyGrantName="cloister-acme")


def test_snapshots_are_copied_under_the_other_key(aws: Emulator, redshift: Any, recovery: Any) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    create(redshift, KmsKeyId=key)
    there = grant(aws, recovery)
    redshift.enable_snapshot_copy(**NAME, DestinationRegion=THERE, SnapshotCopyGrantName="cloister-acme")
    redshift.create_cluster_snapshot(**NAME, SnapshotIdentifier="before-change", ManualSnapshotRetentionPeriod=30)
    (here,) = redshift.describe_cluster_snapshots(SnapshotType="manual")["Snapshots"]
    (copy,) = recovery.describe_cluster_snapshots(ClusterIdentifier="cloister-acme")["Snapshots"]
    assert (here["KmsKeyId"], copy["KmsKeyId"], copy["SourceRegion"]) == (key, there, "us-east-1")
    assert (here["ManualSnapshotRetentionPeriod"], copy["ManualSnapshotRetentionPeriod"]) == (30, -1)


def test_snapshots_automated_and_manual(aws: Emulator, redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/APIReference/API_DescribeClusterSnapshots.html"""
    create(redshift, Tags=tags("u1"))
    slow(aws, "snapshot")
    made = redshift.create_cluster_snapshot(**NAME, SnapshotIdentifier="mine")["Snapshot"]
    assert (made["Status"], made["SnapshotType"], made["Tags"]) == ("creating", "manual", tags("u1"))
    with refused("InvalidClusterSnapshotState"):
        redshift.delete_cluster_snapshot(SnapshotIdentifier="mine")
    (automated,) = redshift.describe_cluster_snapshots(SnapshotType="automated")["Snapshots"]
    assert automated["SnapshotIdentifier"].startswith("rs:cloister-acme-") and automated["Status"] == "available"
    for arguments, code in (
        ({"SnapshotIdentifier": "absent"}, "ClusterSnapshotNotFound"),
        ({"ClusterExists": True}, "InvalidParameterCombination"),
        ({"SnapshotType": "other"}, "InvalidParameterValue"),
    ):
        with refused(code):
            redshift.describe_cluster_snapshots(**arguments)
    redshift.delete_cluster(**NAME, SkipFinalClusterSnapshot=True)
    finish(aws)
    left = redshift.describe_cluster_snapshots()["Snapshots"]
    assert [each["SnapshotIdentifier"] for each in left] == ["mine"], "automated ones go with their cluster"
