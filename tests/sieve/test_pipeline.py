"""Killed at each request of a pipeline's life, the operator runs each file once: the worker is told of it one time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e import manifests
from e2e.careless import Target
from e2e.kubelet import Kubelet
from e2e.waiting import until
from sieve.lives import BUCKET, TENANT, Lives, PipelineLife, is_met_always
from sieve.points import kill, missed
from sieve.rig import SieveRig, running_sieve

# A listing, each five sweeps, finds what was received and not told.
SWEEP_SECONDS = 5
PATIENCE = 150.0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SieveRig]:
    with running_sieve(Path(tmp_path_factory.mktemp("pipelines")), SWEEP_SECONDS) as rig:
        rig.world.onboard(manifests.tenant(TENANT, BUCKET))
        yield rig


@pytest.fixture
def lives(site: SieveRig) -> Iterator[Lives]:
    target = Target.of(site.world, TENANT, BUCKET)
    found = Lives(site, target, Kubelet(site.world.cluster, TENANT))
    site.proxy.witness = lambda request: kill(site, found.all, request)
    yield found
    site.proxy.witness = lambda request: None
    if not site.operator_lives:
        site.world.operator.restart()
    for life in found.all:
        site.world.cluster.delete("EtlPipeline", life.name, TENANT)
    assert site.world.calls.violations() == []
    site.world.operator.check_log()


def _finish(lives: Lives) -> None:
    until("all have run and are recorded", lives.unfinished, lambda left: not left, timeout=PATIENCE)


def _judge(lives: Lives) -> None:
    assert {life.name: [told["inputs"][0]["key"] for told in life.told] for life in lives.all} == {
        life.name: [life.file["key"]] for life in lives.all
    }
    assert {life.name: len(_records(lives, life)) for life in lives.all} == {life.name: 1 for life in lives.all}


def _records(lives: Lives, life: PipelineLife) -> list[Any]:
    prefix = f"_cloister/runs/{life.name}/"
    found = lives.target.aws.s3.list_object_versions(Bucket=lives.target.bucket_name, Prefix=prefix)
    return list(found.get("Versions", []))


def test_killed_at_each_request_to_kubernetes_it_runs_each_file_once(lives: Lives) -> None:
    clean = lives.begin()
    lives.upload(clean)
    _finish(lives)
    lives.rig.rest()
    points = list(clean.points)
    assert sum(is_met_always(point) for point in points) >= 4
    dying = [lives.begin(point) for point in points]
    for life in dying:
        lives.upload(life)
    _finish(lives)
    _judge(lives)
    left = missed(dying)
    print(f"\nkilled at {len(dying) - len(left)} requests; not met: {[str(point) for point in left]}")
    assert len(left) < len(points) / 2
    assert [str(point) for point in left if is_met_always(point)] == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("operation", ["ReceiveMessage", "DeleteMessageBatch", "ListObjectVersions", "PutObject"])
def test_killed_at_each_call_to_aws_it_runs_each_file_once(lives: Lives, operation: str, moment: str) -> None:
    life = lives.begin()
    lives.rig.world.cluster.wait_ready("EtlPipeline", life.name, TENANT)
    service = "sqs" if operation.endswith(("Message", "Batch")) else "s3"
    death = {"kind": "kill", "pid": lives.rig.world.operator.pid, "when": moment}
    caller = "*/CloisterProvisioner/*"
    rule = lives.rig.inject(death | {"service": service, "operation": operation, "caller": caller})
    lives.upload(life)

    def died() -> bool:
        if lives.rig.operator_lives:
            lives.attend()
        return not lives.rig.operator_lives

    until("it dies", died, timeout=PATIENCE)
    lives.rig.withdraw(rule)
    _finish(lives)
    _judge(lives)
