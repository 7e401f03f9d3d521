"""Snapshots with their data, and clusters made from them.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_RestoreFromClusterSnapshot.html
https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html
"""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Call, Emulator, refused
from aws.redshift_data_world import Warehouse
from aws.redshift_world import create, finish, seen, slow, tags
from e2e.waiting import until

NAME = {"ClusterIdentifier": "cloister-acme"}
HOME, THERE = "us-east-1", "us-west-2"
GROUP = {"ParameterGroupName": "cloister-drill-acme"}
DRILL = {
    "ClusterIdentifier": "cloister-drill-acme",
    "ClusterParameterGroupName": "cloister-drill-acme",
    "EnhancedVpcRouting": True,
    "PubliclyAccessible": False,
}


@pytest.fixture
def redshift(aws: Emulator) -> Any:
    aws.control("POST", "/redshift", {"default": 0})
    return aws.client("redshift")


def key_of_ours(aws: Emulator, region: str) -> str:
    given = [{"TagKey": each["Key"], "TagValue": each["Value"]} for each in tags("u1")]
    key: str = aws.client("kms", region=region).create_key(Tags=given)["KeyMetadata"]["Arn"]
    return key


def copied(aws: Emulator, redshift: Any) -> str:
    """A cluster of ours whose snapshots are copied under a key of ours there."""
    there = key_of_ours(aws, THERE)
    create(redshift, KmsKeyId=key_of_ours(aws, HOME), Tags=tags("u1"), DBName="acme")
    grant = {"SnapshotCopyGrantName": "cloister-acme"}
    aws.client("redshift", region=THERE).create_snapshot_copy_grant(**grant, KmsKeyId=there)
    redshift.enable_snapshot_copy(**NAME, DestinationRegion=THERE, **grant)
    return there


def sql(aws: Emulator, cluster: str, *statements: str, region: str = HOME) -> list[list[Any]]:
    body = {"account": PRODUCTION, "region": region, "cluster": cluster, "database": "acme", "sql": list(statements)}
    rows: list[list[Any]] = aws.control("POST", "/sql", body)["rows"]
    return rows


def test_a_copy_restores_the_data_of_its_moment_in_the_other_region(aws: Emulator, redshift: Any) -> None:
    there = copied(aws, redshift)
    sql(aws, "cloister-acme", "CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1), (2)", "CREATE ROLE analyst")
    taken = aws.control("POST", "/redshift/snapshot", {"cluster": "cloister-acme"})["snapshot"]
    sql(aws, "cloister-acme", "DELETE FROM t")
    operator = aws.client("redshift", aws.assume(), region=THERE)
    (copy,) = operator.describe_cluster_snapshots(**NAME)["Snapshots"]
    assert copy["SnapshotIdentifier"] == f"copy:{taken}" and copy["Status"] == "available"
    tagged = {"Tags": tags("u1")}
    operator.create_cluster_parameter_group(**GROUP, ParameterGroupFamily="redshift-2.0", Description="d", **tagged)
    operator.restore_from_cluster_snapshot(SnapshotIdentifier=copy["SnapshotIdentifier"], **DRILL)
    made = seen(operator, "cloister-drill-acme")
    assert (made["KmsKeyId"], made["DBName"], made["MasterUsername"]) == (there, "acme", "acme_admin")
    assert made["RestoreStatus"]["Status"] == "completed" and made["Tags"] == []
    found = sql(aws, "cloister-drill-acme", "SELECT a FROM t ORDER BY a", region=THERE)
    assert found == [["1"], ["2"]]
    assert sql(aws, "cloister-acme", "SELECT COUNT(*) FROM t") == [["0"]]
    again = operator.restore_from_cluster_snapshot(
        SnapshotIdentifier=copy["SnapshotIdentifier"], **DRILL | {"ClusterIdentifier": "cloister-drill-more"}
    )
    assert again["Cluster"]["ClusterNamespaceArn"] != made["ClusterNamespaceArn"]
    arn = f"arn:aws:redshift:{THERE}:{PRODUCTION}:cluster:cloister-drill-acme"
    operator.create_tags(ResourceName=arn, Tags=tags("u1"))
    for name in ("cloister-drill-acme", "cloister-drill-more"):
        operator.delete_cluster(ClusterIdentifier=name, SkipFinalClusterSnapshot=True)
        finish(aws)
    assert operator.describe_clusters()["Clusters"] == []
    operator.delete_cluster_parameter_group(**GROUP)
    assert aws.violations() == ["foreign-untouched"], "one was ended without its tags"


def test_a_restored_cluster_takes_time_and_its_own_snapshots_hold_the_data(aws: Emulator, redshift: Any) -> None:
    create(redshift, DBName="acme")
    sql(aws, "cloister-acme", "CREATE TABLE t (a INT)", "INSERT INTO t VALUES (7)")
    redshift.create_cluster_snapshot(**NAME, SnapshotIdentifier="first")
    slow(aws, "creating")
    restored(redshift, "first", "second")
    made = seen(redshift, "second")
    assert (made["ClusterStatus"], made["RestoreStatus"]["Status"]) == ("creating", "starting")
    with refused("InvalidClusterState"):
        redshift.delete_cluster(ClusterIdentifier="second", SkipFinalClusterSnapshot=True)
    finish(aws)
    # Nobody has spoken to it yet.
    redshift.create_cluster_snapshot(ClusterIdentifier="second", SnapshotIdentifier="again")
    aws.control("POST", "/redshift", {"creating": 0})
    restored(redshift, "again", "third")
    assert sql(aws, "third", "SELECT a FROM t") == [["7"]]


def test_a_final_snapshot_holds_the_data(aws: Emulator, redshift: Any) -> None:
    create(redshift, DBName="acme")
    sql(aws, "cloister-acme", "CREATE TABLE t (a INT)", "INSERT INTO t VALUES (7)")
    redshift.delete_cluster(**NAME, FinalClusterSnapshotIdentifier="last")
    for _ in range(3):
        finish(aws)
    assert redshift.describe_clusters()["Clusters"] == []
    restored(redshift, "last", "cloister-acme")
    assert sql(aws, "cloister-acme", "SELECT a FROM t") == [["7"]]


def restored(redshift: Any, snapshot: str, cluster: str) -> None:
    named = {"SnapshotIdentifier": snapshot}
    until(
        "the snapshot is available",
        lambda: redshift.describe_cluster_snapshots(**named)["Snapshots"][0]["Status"] == "available",
        timeout=20,
    )
    redshift.restore_from_cluster_snapshot(ClusterIdentifier=cluster, **named)


def test_what_restoring_refuses(aws: Emulator, redshift: Any) -> None:
    create(redshift)
    slow(aws, "snapshot")
    redshift.create_cluster_snapshot(**NAME, SnapshotIdentifier="unfinished")
    (automated,) = redshift.describe_cluster_snapshots(SnapshotType="automated")["Snapshots"]
    ready = {"SnapshotIdentifier": automated["SnapshotIdentifier"]}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("ClusterSnapshotNotFound", {"SnapshotIdentifier": "absent", "ClusterIdentifier": "x"}),
        ("InvalidClusterSnapshotState", {"SnapshotIdentifier": "unfinished", "ClusterIdentifier": "x"}),
        ("ClusterAlreadyExists", ready | NAME),
        ("InvalidParameterCombination", {"ClusterIdentifier": "x"}),
        ("ClusterSubnetGroupNotFoundFault", ready | {"ClusterIdentifier": "x", "ClusterSubnetGroupName": "absent"}),
    ]
    for code, given in calls:
        with refused(code):
            redshift.restore_from_cluster_snapshot(**given)
    with refused("ClusterSnapshotNotFound", 404):  # those of another region are not here
        aws.client("redshift", region=THERE).restore_from_cluster_snapshot(**ready, ClusterIdentifier="x")


def test_the_provisioner_restores_ours_into_scratch_clusters_only(aws: Emulator, redshift: Any) -> None:
    copied(aws, redshift)
    create(redshift, ClusterIdentifier="strangers")
    operator = aws.client("redshift", aws.assume())
    here = {each["ClusterIdentifier"]: each["SnapshotIdentifier"] for each in snapshots(redshift)}
    calls: list[Call] = [
        lambda: operator.restore_from_cluster_snapshot(
            SnapshotIdentifier=here["strangers"], ClusterIdentifier="cloister-drill-x"
        ),
        lambda: operator.restore_from_cluster_snapshot(
            SnapshotIdentifier=here["cloister-acme"], ClusterIdentifier="cloister-beta"
        ),
        lambda: operator.delete_cluster(ClusterIdentifier="strangers", SkipFinalClusterSnapshot=True),
    ]
    for call in calls:
        with refused("AccessDenied", 403):
            call()


def snapshots(redshift: Any) -> list[Any]:
    found: list[Any] = redshift.describe_cluster_snapshots()["Snapshots"]
    return found


def test_restoring_needs_the_key(aws: Emulator, redshift: Any) -> None:
    copied(aws, redshift)
    (snapshot,) = snapshots(redshift)
    aws.client("kms").disable_key(KeyId=snapshot["KmsKeyId"])
    with refused("InvalidParameterValue", 400, "KMS key"):
        redshift.restore_from_cluster_snapshot(SnapshotIdentifier=snapshot["SnapshotIdentifier"], ClusterIdentifier="x")


def test_statements_go_on_after_a_snapshot(aws: Emulator) -> None:
    warehouse = Warehouse(aws)
    warehouse.finished("CREATE TABLE t (a INT)")
    for number in range(3):
        aws.client("redshift").create_cluster_snapshot(ClusterIdentifier="acme", SnapshotIdentifier=f"s{number}")
        warehouse.finished(f"INSERT INTO t VALUES ({number})")
    assert warehouse.sql("SELECT COUNT(*) FROM t") == [["3"]]
