"""The tenant's Redshift cluster: what AWS takes minutes for, what waits for a reboot, and what is only reported."""

import datetime
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e import manifests
from e2e.calls import Call
from e2e.kinds import Object, condition, is_ready
from e2e.warehouse import Warehouse, clusters_take, finish
from e2e.world import World, running_world

SCHEMA = {"name": "claims", "tables": [{"name": "visits", "columns": [{"name": "id", "type": "bigint"}]}]}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.fixture(scope="module")
def patient_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """No sweep, so that every look is one that somebody waits for."""
    with running_world(Path(tmp_path_factory.mktemp("patient")), sweep_seconds=3600) as world:
        yield world


@pytest.fixture
def world(patient_world: World) -> Iterator[World]:
    yield patient_world
    clusters_take(patient_world, default=0, creating=0)
    assert patient_world.calls.violations() == []


def _called(world: World, since: int, operation: str) -> list[Call]:
    return [call for call in world.calls.since(since) if call.operation == operation]


def test_a_creation_that_takes_long_holds_up_nothing_else_and_outlives_a_restart(world: World) -> None:
    clusters_take(world, creating=3600)
    since = world.calls.mark("onboarding")
    world.cluster.apply(manifests.tenant("patient", "inbox", warehouse={}, schemas=[SCHEMA]))

    def waits(found: Object | None) -> bool:
        status = (found or {}).get("status", {})
        unready = {r["id"].partition("/")[0] for r in status.get("resources", []) if r["state"] != "Ready"}
        return unready <= {"redshift-cluster", "redshiftschema"} and "is being created" in status.get("message", "")

    found = world.cluster.wait("ClientTenant", "patient", waits, timeout=60)
    assert found is not None
    assert "is being created since" in found["status"]["message"]
    world.cluster.wait_ready("IngestBucket", "inbox", "patient")
    schema = world.cluster.get("RedshiftSchema", "claims", "patient")
    assert "the warehouse of ClientTenant/patient is being made" in schema["status"]["message"]

    world.operator.stop()
    world.operator.start()
    assert _polls_become_rare(world) <= 2

    finish(world)
    clusters_take(world, creating=0)
    world.cluster.poke("ClientTenant", "patient")
    world.cluster.wait_ready("ClientTenant", "patient", timeout=90)
    world.cluster.wait_ready("RedshiftSchema", "claims", "patient", timeout=60)
    assert len(_called(world, since, "CreateCluster")) == 1


def _polls_become_rare(world: World) -> int:
    """Listings of clusters in half a minute, once the operator has learnt that it takes long."""
    calls, polled, at = world.calls, 0, time.monotonic()
    since = calls.mark("polls")
    while time.monotonic() - at < 12:
        seen = len(_called(world, since, "DescribeClusters"))
        if seen != polled:
            polled, at = seen, time.monotonic()
        time.sleep(0.2)
    # Later and later, so that only few came before.
    assert polled <= 8
    since = calls.mark("half a minute")
    time.sleep(30)
    return len(_called(world, since, "DescribeClusters"))


def _window_in_three_days() -> str:
    day = _DAYS[(datetime.datetime.now(datetime.UTC).weekday() + 3) % 7]
    return f"{day}:10:00-{day}:11:00"


def _stop_requiring_tls(warehouse: Warehouse) -> None:
    change = {"ParameterName": "require_ssl", "ParameterValue": "false"}
    warehouse.world.aws.redshift.modify_cluster_parameter_group(
        ParameterGroupName=warehouse.identifier,
        Parameters=[change],  # type: ignore[list-item]
    )


def test_what_needs_a_reboot_waits_for_the_window_and_says_so_unless_told_otherwise(world: World) -> None:
    clusters_take(world, default=0)
    window = _window_in_three_days()
    world.onboard(manifests.tenant("rested", warehouse={"maintenanceWindow": window}), timeout=90)
    warehouse = Warehouse(world, "rested")
    since = world.calls.mark("TLS")
    _stop_requiring_tls(warehouse)
    world.cluster.poke("ClientTenant", "rested")

    def waits(found: Object | None) -> bool:
        return f"reboot in the maintenance window {window}" in (found or {}).get("status", {}).get("message", "")

    found = world.cluster.wait("ClientTenant", "rested", waits, timeout=60)
    assert found is not None
    assert not is_ready(found)
    assert "warehouse.reboots: AtOnce does it now" in found["status"]["message"]
    assert _called(world, since, "RebootCluster") == []

    at_once = {"maintenanceWindow": window, "reboots": "AtOnce"}
    world.cluster.apply(manifests.tenant("rested", warehouse=at_once))
    world.cluster.wait_ready("ClientTenant", "rested", timeout=90)
    assert len(_called(world, since, "RebootCluster")) == 1


def test_drift_of_a_warehouse_is_reported_and_left_where_the_manifest_says_so(world: World) -> None:
    clusters_take(world, default=0)
    world.onboard(manifests.tenant("watched", warehouse={}), timeout=90)
    world.cluster.apply(manifests.tenant("watched", warehouse={}, driftPolicy="Report"))
    world.cluster.wait_ready("ClientTenant", "watched", timeout=60)
    warehouse = Warehouse(world, "watched")
    since = world.calls.mark("logging")
    world.aws.redshift.disable_logging(ClusterIdentifier=warehouse.identifier)
    world.cluster.poke("ClientTenant", "watched")

    def is_told(found: Object | None) -> bool:
        return condition(found or {}, "Drifted").get("status") == "True"

    told = world.cluster.wait("ClientTenant", "watched", is_told, timeout=60)
    assert told is not None
    record = told["status"]["recentDrift"][0]
    assert (record["path"], record["remedy"]) == ("logExports", "Reported")
    assert not world.aws.redshift.describe_logging_status(ClusterIdentifier=warehouse.identifier)["LoggingEnabled"]
    assert [call.line for call in world.calls.since(since) if call.changes] == []

    world.cluster.apply(manifests.tenant("watched", warehouse={}))
    world.cluster.wait_ready("ClientTenant", "watched", timeout=60)
    assert world.aws.redshift.describe_logging_status(ClusterIdentifier=warehouse.identifier)["LoggingEnabled"]


def test_deleting_a_tenant_keeps_its_warehouse_and_its_data(world: World) -> None:
    clusters_take(world, default=0)
    world.onboard(manifests.tenant("keeper", warehouse={}, schemas=[SCHEMA]), timeout=90)
    warehouse = Warehouse(world, "keeper")
    identifier, sql = warehouse.identifier, warehouse.sql
    sql("INSERT INTO claims.visits VALUES (7)")
    since = world.calls.mark("deletion")
    world.cluster.delete("ClientTenant", "keeper")
    world.cluster.wait_gone("ClientTenant", "keeper", timeout=90)
    assert _called(world, since, "DeleteCluster") == []
    (cluster,) = world.aws.redshift.describe_clusters(ClusterIdentifier=identifier)["Clusters"]
    assert cluster["ClusterStatus"] == "available"
    assert sql("SELECT id FROM claims.visits") == [["7"]]
