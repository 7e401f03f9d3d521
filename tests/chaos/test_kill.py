"""Killed with SIGKILL after every single AWS call, and started again."""

import time

import pytest

from chaos.inventory import Fate
from chaos.points import Point, points
from chaos.rig import Rig

_KILL = "kill"


def test_killed_after_each_call_of_onboarding_it_still_makes_just_one_of_everything(rig: Rig) -> None:
    calls = _calls_of_onboarding(rig)
    missed = [point for point in calls if not _survives(rig, point, rig.fresh("born"), "")]
    _judge(calls, missed)


@pytest.mark.parametrize(("policy", "fate"), [("Delete", Fate.DELETED), ("Retain", Fate.RETAINED)])
def test_killed_after_each_call_of_deletion_it_still_leaves_just_what_it_should(
    rig: Rig, policy: str, fate: Fate
) -> None:
    calls = _calls_of_deletion(rig, policy, fate)
    missed = [point for point in calls if not _survives(rig, point, rig.fresh(policy.lower()), policy, fate)]
    _judge(calls, missed)


def _calls_of_onboarding(rig: Rig) -> list[Point]:
    name = rig.fresh("clean")
    mark = rig.world.calls.mark(name)
    rig.apply(name)
    rig.wait_ready(name)
    return points(rig.control, mark, name)


def _calls_of_deletion(rig: Rig, policy: str, fate: Fate) -> list[Point]:
    name = rig.fresh("clean")
    rig.apply(name, deletionPolicy=policy)
    rig.wait_ready(name)
    mark = rig.world.calls.mark(name)
    rig.delete(name, fate)
    rig.wait_gone(name)
    return points(rig.control, mark, name)


def _survives(rig: Rig, point: Point, name: str, policy: str, fate: Fate = Fate.STANDS) -> bool:
    """Whether the point was met at all; that the run came to its end is waited for."""
    began = time.monotonic()
    gone = fate is not Fate.STANDS
    if gone:
        rig.apply(name, deletionPolicy=policy)
        rig.wait_ready(name)
    rig.inject({"id": _KILL, "kind": "kill", "pid": rig.world.operator.pid, "nth": point.nth} | point.matching(name))
    if gone:
        rig.delete(name, fate)
    else:
        rig.apply(name)
    died = rig.died_before(name, gone=gone)
    rig.withdraw(_KILL)
    if died:
        rig.world.operator.restart()
    if gone:
        rig.wait_gone(name)
    else:
        rig.wait_ready(name)
    print(f"{time.monotonic() - began:5.2f} s  {'' if died else 'not met: '}{point}")
    return died


def _judge(calls: list[Point], missed: list[Point]) -> None:
    """Reads go side by side and may be fewer in another run; what changes something must be met."""
    print(f"killed {len(calls) - len(missed)} times; not met: {[str(point) for point in missed]}")
    assert len(calls) > len(missed)
    assert [str(point) for point in missed if point.mutating] == []
