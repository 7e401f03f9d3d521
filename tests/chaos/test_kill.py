"""Killed with SIGKILL after every single AWS call, and started again."""

import pytest

from chaos.inventory import Fate
from chaos.points import Point, points
from chaos.rig import PATIENCE, Rig
from e2e.waiting import until


def test_killed_after_each_call_of_onboarding_it_still_makes_just_one_of_everything(rig: Rig) -> None:
    name = rig.fresh("clean")
    mark = rig.world.calls.mark(name)
    rig.apply(name)
    rig.wait_ready(name)
    calls = points(rig.control, mark, name)
    _judge([point for point in calls if not _dies_while_onboarding(rig, point)], calls)


@pytest.mark.parametrize(("policy", "fate"), [("Delete", Fate.DELETED), ("Retain", Fate.RETAINED)])
def test_killed_after_each_call_of_deletion_it_still_leaves_just_what_it_should(
    rig: Rig, policy: str, fate: Fate
) -> None:
    name = rig.fresh("clean")
    rig.apply(name, deletionPolicy=policy)
    rig.wait_ready(name)
    mark = rig.world.calls.mark(name)
    rig.delete(name, fate)
    rig.wait_gone(name)
    # While it waits for the namespace it looks again and again, which is the same each time.
    calls = [point for point in points(rig.control, mark, name) if point.mutating or point.nth == 1]
    missed = _dies_while_deleting(rig, calls, policy, fate)
    if overtaken := [point for point in missed if point.mutating]:
        # A call may be answered while another's death is dealt with, and is not made again.
        still = _dies_while_deleting(rig, overtaken, policy, fate)
        missed = [point for point in missed if not point.mutating or point in still]
    _judge(missed, calls)


def _dies_while_onboarding(rig: Rig, point: Point) -> bool:
    """One tenant, one death. False if it became Ready without that call."""
    name = rig.fresh("born")
    rule = rig.inject({"kind": "kill", "pid": rig.world.operator.pid, "nth": point.nth} | point.matching(name))
    rig.apply(name)
    until(f"{name} dies or is Ready", lambda: not rig.operator_lives or rig.is_ready(name), timeout=PATIENCE)
    rig.withdraw(rule)
    died = not rig.operator_lives
    if died:
        rig.world.operator.restart()
    rig.wait_ready(name)
    return died


def _dies_while_deleting(rig: Rig, calls: list[Point], policy: str, fate: Fate) -> list[Point]:
    """A tenant for each call, all at once: each waits ten seconds for its namespace to go. Answers what was not met."""
    names = [rig.fresh(policy.lower()) for _ in calls]
    for name in names:
        rig.apply(name, deletionPolicy=policy)
    rig.wait_ready(*names)
    # What is left to be met, with how many matching calls are still to come until then.
    left = {name: (point, point.nth) for name, point in zip(names, calls, strict=True)}
    rules = _arm(rig, left)
    for name in names:
        rig.delete(name, fate)
    while True:
        until("it dies, or all are gone", lambda: not rig.operator_lives or rig.are_gone(names), timeout=PATIENCE)
        if rig.operator_lives:
            break
        left = {n: (p, nth - rig.seen(rules[n])) for n, (p, nth) in left.items() if rig.hits(rules[n]) == 0}
        rig.withdraw(*rules.values())
        rig.world.operator.restart()
        rules = _arm(rig, left)
    rig.withdraw(*rules.values())
    return [point for point, _ in left.values()]


def _arm(rig: Rig, left: dict[str, tuple[Point, int]]) -> dict[str, str]:
    """The rules, by tenant, that kill the operator as it is now."""
    kill = {"kind": "kill", "pid": rig.world.operator.pid}
    return {name: rig.inject(kill | {"nth": nth} | point.matching(name)) for name, (point, nth) in left.items()}


def _judge(missed: list[Point], calls: list[Point]) -> None:
    """Reads go side by side and may be fewer in another run; what changes something must be met."""
    print(f"\nkilled after {len(calls) - len(missed)} calls; not met: {[str(point) for point in missed]}")
    assert len(calls) > len(missed)
    assert [str(point) for point in missed if point.mutating] == []
