"""The Environment's own onboarding: killed after each AWS call, and with each class of fault at each operation."""

from collections.abc import Iterator

import pytest

from chaos.environments import Environments, log_bucket
from chaos.points import Point
from chaos.rig import PATIENCE, Rig
from chaos.test_faults import FAULTS, NOT_FOR_READS
from e2e.waiting import until


@pytest.fixture
def environments(rig: Rig) -> Iterator[Environments]:
    made = Environments(rig)
    yield made
    assert made.standing() == {log_bucket(region): uid for region, uid in made.uids.items()}
    made.clear()


@pytest.fixture(scope="module")
def calls(shared_rig: Rig) -> list[Point]:
    """Of a clean run; each read once, since reads go side by side and may be more in another run."""
    environments = Environments(shared_rig)
    region = environments.fresh()
    since = shared_rig.world.calls.mark(region)
    environments.apply(region)
    environments.wait_ready(region)
    found = environments.points(since, region)
    environments.clear()
    return [point for point in found if point.mutating or point.nth == 1]


def test_killed_after_each_call_it_still_makes_one_log_bucket(environments: Environments, calls: list[Point]) -> None:
    missed = [str(point) for point in calls if not _dies(environments, point)]
    assert any(point.mutating for point in calls)
    assert missed == []


def _dies(environments: Environments, point: Point) -> bool:
    """One Environment, one death. False if it became Ready without that call."""
    rig, region = environments.rig, environments.fresh()
    rule = environments.inject({"kind": "kill", "pid": rig.world.operator.pid, "nth": point.nth}, point, region)
    environments.apply(region)
    what = f"{region} dies or is Ready"
    until(what, lambda: not rig.operator_lives or environments.is_ready(region), timeout=PATIENCE)
    rig.withdraw(rule)
    died = not rig.operator_lives
    if died:
        rig.world.operator.restart()
    environments.wait_ready(region)
    return died


@pytest.mark.parametrize("fault", FAULTS)
def test_with_a_fault_at_each_operation_each_still_becomes_ready(
    environments: Environments, calls: list[Point], fault: str
) -> None:
    """All at once, an Environment for each; a call that does not say whose it is may hit any of them."""
    first = {(point.service, point.operation): point for point in reversed(calls)}
    hit = [point for point in first.values() if point.mutating or fault != NOT_FOR_READS]
    rules = {}
    for point in hit:
        region = environments.fresh()
        environments.uids[region] = ""  # taken
        rules[region] = environments.inject(FAULTS[fault], point, region)
    for region in rules:
        environments.apply(region)
    environments.wait_ready(*rules)
    missed = [str(point) for point, rule in zip(hit, rules.values(), strict=True) if environments.rig.hits(rule) == 0]
    environments.rig.withdraw(*rules.values())
    assert missed == []
