"""A copy of the warehouse is restored in the other region, compared and removed again, whatever happens."""

import signal
import subprocess
from typing import Any

import pytest

from drill.verb import (
    RECOVERY,
    TENANT,
    command,
    copies,
    drill,
    environment,
    nothing_is_left,
    run,
    scratch_clusters,
    take_snapshot,
)
from e2e.account import STAGING
from e2e.careless.act import Target
from e2e.loopback import HTTP
from e2e.shared_warehouse import Lent, lending, tenant
from e2e.waiting import until
from e2e.warehouse import Warehouse, clusters_take
from e2e.world import World

_SECRETS = ("Jane", "John", "12.50", "2026-11-01")


def _status(world: World, name: str = TENANT) -> Any:
    return world.cluster.get("ClientTenant", name)["status"]["lastDrill"]


def test_without_a_copy_it_is_refused_and_said_what_to_do(world: World) -> None:
    # Of the snapshot that Redshift takes of a new cluster there is none: it is copied by nobody yet.
    assert copies(world) == []
    done = run(world, TENANT)
    assert done.returncode == 1
    assert f"Refused: {RECOVERY} holds no copy of a snapshot of cloister-{TENANT}-" in done.stdout
    assert "aws redshift create-cluster-snapshot --region us-east-1" in done.stdout
    assert _status(world)["result"] == "Refused" and nothing_is_left(world)


def test_a_copy_is_restored_and_matches(world: World, warehouse: Warehouse) -> None:
    name = take_snapshot(world, warehouse.identifier)
    since = world.calls.mark("drill")
    clusters_take(world, default=0, creating=1)
    seen = drill(world)
    assert (seen.report["result"], seen.code) == ("Matched", 0), seen.report
    assert seen.outcomes == {"claims.paid": "Matched", "claims.payers": "Matched"}
    (paid,) = [check for check in seen.report["tables"] if check["table"] == "paid"]
    assert paid["restored"] == paid["live"] and paid["live"]["rows"] == 3 and paid["declared"]
    assert seen.report["snapshot"] == f"copy:{name}" and seen.report["limitSeconds"] == 72 * 3600
    assert 1 < seen.report["recoverySeconds"] < 60 and seen.report["removed"]
    assert seen.report["kmsKey"].startswith(f"arn:aws:kms:{RECOVERY}:")
    assert seen.report["notCovered"][0] == "objects in bucket scratch: copies is None (S10 of the checklist)"
    assert not [secret for secret in _SECRETS if secret in seen.out + seen.err]
    assert nothing_is_left(world) and world.calls.violations() == []
    asked = {call.operation for call in world.calls.since(since) if call.by_operator}
    assert {"RestoreFromClusterSnapshot", "CreateTags", "DeleteCluster", "DeleteClusterParameterGroup"} <= asked
    told = _status(world)
    assert (told["result"], told["tables"], told["rows"], told["snapshot"]) == ("Matched", 2, 3, f"copy:{name}")


def test_versions_of_objects_are_compared_with_their_copies_and_none_is_named(
    world: World, warehouse: Warehouse
) -> None:
    landing = Target.of(world, TENANT, "landing")
    here: Any = world.aws.s3
    far: Any = world.aws.in_region(RECOVERY).s3
    bucket, copy = landing.bucket_name, f"{landing.bucket_name}-dr"
    versions = [landing.upload("John Secret.csv", body) for body in (b"one", b"two", b"three")]
    copied = lambda: far.list_object_versions(Bucket=copy).get("Versions", [])  # noqa: E731
    until("they are copied", copied, lambda found: len(found) == 3)
    take_snapshot(world, warehouse.identifier)
    whole = drill(world)
    (check,) = whole.report["objects"]
    assert (whole.code, check["outcome"]) == (0, "Matched"), whole.report
    assert [check[name] for name in ("bucket", "copy", "live", "bytes", "copied")] == [bucket, copy, 3, 11, 3]
    assert _status(world)["message"].endswith("; 3 of 3 versions of objects are copied")

    # One is lost there, and one is removed here.
    far.delete_object(Bucket=copy, Key="John Secret.csv", VersionId=versions[0])
    here.delete_object(Bucket=bucket, Key="John Secret.csv", VersionId=versions[1])
    done = run(world, TENANT)
    (line,) = [line for line in done.stdout.splitlines() if bucket in line and line.strip()[:1] == "✗"]
    assert line.split()[2:4] == ["2", "2"] and "1 without a copy, 1 only in the copy, removed here since" in line
    assert done.returncode == 2 and "Differs: 1 of 2 versions of objects are not copied" in done.stdout, done.stdout
    told = whole.out + whole.err + done.stdout + done.stderr
    assert not [secret for secret in (*_SECRETS, *versions) if secret in told]
    for version in (versions[0], versions[2]):
        here.delete_object(Bucket=bucket, Key="John Secret.csv", VersionId=version)


def test_what_was_written_since_is_told(world: World, warehouse: Warehouse) -> None:
    take_snapshot(world, warehouse.identifier)
    warehouse.sql("DELETE FROM claims.paid WHERE id = 2", "CREATE TABLE claims.more (a INT)")
    done = run(world, TENANT)
    assert done.returncode == 2
    lines = {line.split()[1]: line for line in done.stdout.splitlines() if line.strip()[:1] in "✓✗"}
    assert lines["claims.paid"].split()[:4] == ["✗", "claims.paid", "3", "1"], done.stdout
    assert "2 rows fewer now" in lines["claims.paid"]
    assert "made since the snapshot" in lines["claims.more"] and lines["claims.payers"].strip().startswith("✓")
    assert "within the 72 hours of the proposed 45 CFR 164.308(a)(13)" in done.stdout
    assert "Differs: 2 of 3 tables" in done.stdout
    assert _status(world)["result"] == "Differs" and nothing_is_left(world)
    warehouse.sql("DROP TABLE claims.more")


def test_other_values_in_as_many_rows_are_told(world: World, warehouse: Warehouse) -> None:
    take_snapshot(world, warehouse.identifier)
    warehouse.sql("UPDATE claims.paid SET is_new = FALSE WHERE id = 1")
    seen = drill(world)
    assert (seen.code, seen.outcomes["claims.paid"]) == (2, "Differs")
    assert [check["note"] for check in seen.report["tables"] if check["table"] == "paid"] == [
        "as many rows, with other values"
    ]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_drill_leaves_nothing(world: World, warehouse: Warehouse, how: signal.Signals) -> None:
    take_snapshot(world, warehouse.identifier)
    clusters_take(world, creating=3600)
    process = subprocess.Popen(
        command(TENANT), env=environment(world), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    (name,) = until("a cluster is being restored", lambda: scratch_clusters(world))
    process.send_signal(how)
    assert process.stderr is not None
    until("it says so", lambda: process.stderr.readline(), lambda line: f"removing {name}" in line)  # type: ignore[union-attr]
    # Redshift deletes none that is being made.
    assert scratch_clusters(world) == [name] and process.poll() is None
    there = {"account": world.aws.number, "region": RECOVERY}
    HTTP.post(f"{world.endpoints.control}/redshift/finish", params=there, timeout=10).raise_for_status()
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out.splitlines()[-1]) == (
        1,
        "Interrupted: a signal came before everything was compared",
    )
    assert nothing_is_left(world) and world.calls.violations() == []


def test_what_is_kept_stands_in_the_way_until_it_is_removed(world: World, warehouse: Warehouse) -> None:
    take_snapshot(world, warehouse.identifier)
    kept = drill(world, "--keep")
    assert kept.code == 0 and not kept.report["removed"]
    name = kept.report["scratch"]
    assert scratch_clusters(world) == [name] and name.startswith(f"cloister-drill-{TENANT}-")
    again = run(world, TENANT)
    assert again.returncode == 1 and f"{name} stands in {RECOVERY}" in again.stderr
    assert run(world, TENANT, "--remove").returncode == 0
    assert nothing_is_left(world) and world.calls.violations() == []


def test_a_restore_that_is_refused_leaves_nothing(world: World, warehouse: Warehouse) -> None:
    take_snapshot(world, warehouse.identifier)
    done = run(world, TENANT, "--subnet-group", "absent")
    assert done.returncode == 1 and "Failed: redshift:RestoreFromClusterSnapshot answered" in done.stdout, done.stdout
    assert _status(world)["result"] == "Failed" and nothing_is_left(world)


def test_of_a_shared_warehouse_the_tenants_own_database_is_compared(world: World) -> None:
    clusters_take(world, default=0)
    world.onboard(lending(), timeout=90)
    world.onboard(tenant("lodger"), timeout=90)
    world.cluster.wait_ready("RedshiftSchema", "claims", "lodger", timeout=60)
    lent = Lent.of(world)
    lent.sql("INSERT INTO claims.paid VALUES (1), (2)", database="lodger")
    take_snapshot(world, lent.cluster, STAGING)
    seen = drill(world, tenant="lodger")
    assert (seen.code, seen.outcomes) == (0, {"claims.paid": "Matched"}), seen.report
    assert (seen.report["cluster"], seen.report["database"]) == (lent.cluster, "lodger")
    assert nothing_is_left(world, STAGING) and world.calls.violations() == []


def test_a_tenant_that_is_not_there_is_told(world: World) -> None:
    done = run(world, "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ClientTenant nobody does not exist" in done.stderr
