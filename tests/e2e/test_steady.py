"""What the operator asks of AWS, call by call; and that it is silent when there is nothing to do."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e import manifests
from e2e.calls import Call, check_golden, rendered
from e2e.careless.act import Target
from e2e.kinds import Object, is_ready
from e2e.operator import USER
from e2e.passes import pass_over, settled
from e2e.waiting import until
from e2e.world import World, running_world

TENANT, BUCKET = "acme", "landing"
SWEEP_SECONDS = 5
WRITES = {"create", "update", "patch", "delete", "deletecollection"}
PER_BUCKET, PER_TENANT = 11, 20


@pytest.fixture(scope="module")
def quiet_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One tenant alone, and no sweep: each pass is one that a test has asked for."""
    directory = Path(tmp_path_factory.mktemp("quiet"))
    with running_world(directory, sweep_seconds=3600) as world:
        yield world


@pytest.fixture(scope="module")
def onboarding(quiet_world: World) -> list[Call]:
    since = quiet_world.calls.mark("onboarding")
    quiet_world.onboard(manifests.tenant(TENANT, BUCKET))
    return settled(quiet_world, since)


@pytest.fixture
def world(quiet_world: World, onboarding: list[Call]) -> Iterator[World]:
    assert onboarding
    yield quiet_world
    assert quiet_world.calls.violations() == []


def test_the_calls_of_the_first_convergence_are_as_written_down(onboarding: list[Call]) -> None:
    writes = [call for call in onboarding if call.mutating]
    check_golden("onboarding", rendered(writes))


def test_a_steady_pass_over_a_bucket_only_reads_and_little(world: World) -> None:
    calls = pass_over(world, "IngestBucket", BUCKET, TENANT)
    check_golden("steady-bucket", rendered(calls))
    assert len(calls) <= PER_BUCKET
    assert not any(call.mutating for call in calls)


def test_a_steady_pass_over_a_tenant_only_reads_and_little(world: World) -> None:
    tenant = pass_over(world, "ClientTenant", TENANT)
    bucket = pass_over(world, "IngestBucket", BUCKET, TENANT)
    check_golden("steady-tenant", rendered(tenant))
    assert len(tenant) + len(bucket) <= PER_TENANT
    assert not any(call.mutating for call in tenant + bucket)


def test_a_steady_pass_over_an_environment_only_reads_and_as_much_however_many_tenants_it_has(world: World) -> None:
    calls = pass_over(world, "Environment", "production")
    check_golden("steady-environment", rendered(calls))
    assert not any(call.mutating for call in calls)


def test_the_repair_of_a_bucket_policy_is_one_write_and_its_record(world: World) -> None:
    target = Target.of(world, TENANT, BUCKET)
    world.aws.s3.delete_bucket_policy(Bucket=target.bucket_name)
    calls = pass_over(world, "IngestBucket", BUCKET, TENANT)
    check_golden("repair-bucket-policy", rendered(calls))
    assert len([call for call in calls if call.changes]) == 1


def test_several_sweeps_write_nothing_anywhere(world: World) -> None:
    world.operator.stop()
    world.operator.sweep_seconds = SWEEP_SECONDS
    world.operator.start()
    _wait_for_sweeps(world, 1)  # what a restart looks at once is no steady pass
    versions = _versions(world)
    writes = _writes(world)
    since = world.calls.mark("several sweeps")
    _wait_for_sweeps(world, 3)

    calls = world.calls.since(since)
    assert [call.line for call in calls if call.mutating] == []
    assert len([call for call in calls if not _for_environment(call)]) <= PER_TENANT * _passes(calls)
    assert _writes(world) == writes
    assert _versions(world) == versions

    world.operator.stop()
    world.operator.sweep_seconds = 3600
    world.operator.start()


def _for_environment(call: Call) -> bool:
    of_account = (
        call.service in ("config", "ec2", "guardduty", "s3control", "sts")
        or call.operation == "GetAccountPasswordPolicy"
    )
    return of_account or "cloister-logs-" in call.resource


def _passes(calls: list[Call]) -> int:
    """Over the tenant or its bucket, whichever are more: each pass makes one of these reads once."""
    keys = sum(call.operation == "DescribeKey" for call in calls)
    buckets = sum(call.operation == "GetBucketVersioning" and not _for_environment(call) for call in calls)
    return max(keys, buckets)


def _wait_for_sweeps(world: World, wanted: int) -> None:
    since = world.calls.mark("sweeps")
    enough = (wanted + 1) * SWEEP_SECONDS * 1.2
    until(f"{wanted} sweeps", lambda: _passes(world.calls.since(since)), lambda n: n >= wanted, timeout=enough)
    # Tenant and bucket are swept each at its own time: the other has its last one, too.
    time.sleep(SWEEP_SECONDS)


def _versions(world: World) -> dict[str, str]:
    objects: list[Object] = [world.cluster.get("Namespace", TENANT)]
    for kind in ("Environment", "ClientTenant"):
        objects += world.cluster.every(kind)
    for kind in ("IngestBucket", "NetworkPolicy", "Role", "RoleBinding", "ResourceQuota", "ServiceAccount"):
        objects += world.cluster.every(kind, TENANT)
    return {o["metadata"]["uid"]: o["metadata"]["resourceVersion"] for o in objects}


def _writes(world: World) -> list[str]:
    """Every write of the operator so far, by the API server's own account."""
    events = world.platform.control_plane.audit()
    writes = [e for e in events if e["user"]["username"] == USER and e["verb"] in WRITES]
    return [f"{e['verb']} {e['requestURI']}" for e in writes]


def test_the_calls_of_a_deletion_are_as_written_down(world: World) -> None:
    """The last one: the tenant is gone afterwards."""
    assert is_ready(world.cluster.get("ClientTenant", TENANT))
    since = world.calls.mark("deletion")
    world.cluster.delete("ClientTenant", TENANT)
    world.cluster.wait_gone("ClientTenant", TENANT)
    writes = [call for call in settled(world, since) if call.mutating]
    check_golden("deletion", rendered(writes))
