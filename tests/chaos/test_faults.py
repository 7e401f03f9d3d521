"""Each class of fault at each operation of onboarding: it still makes just one of everything."""

from typing import Any

import pytest

from chaos.points import Point, points
from chaos.rig import Rig

# A call that the SDK tries thrice fails altogether with each of these.
_ATTEMPTS = 3
FAULTS: dict[str, dict[str, Any]] = {
    "throttled": {"kind": "throttle", "count": _ATTEMPTS},
    "broken": {"kind": "error", "status": 500, "count": _ATTEMPTS},
    "away": {"kind": "error", "status": 503, "code": "ServiceUnavailable", "count": _ATTEMPTS},
    "silent": {"kind": "timeout", "ms": 500, "count": _ATTEMPTS},
    "lost": {"kind": "answer_lost", "count": _ATTEMPTS},
    "late": {"kind": "delayed_visibility", "ms": 2000},
}
# Nothing is written, so nothing can be seen late.
NOT_FOR_READS = "late"


@pytest.fixture(scope="module")
def operations(shared_rig: Rig) -> list[Point]:
    """One call of each operation that a clean run makes."""
    name = shared_rig.fresh("clean")
    mark = shared_rig.world.calls.mark(name)
    shared_rig.apply(name)
    shared_rig.wait_ready(name)
    first = {(p.service, p.operation): p for p in reversed(points(shared_rig.control, mark, name))}
    return list(first.values())


@pytest.mark.parametrize("fault", FAULTS)
def test_with_a_fault_at_each_operation_each_tenant_still_becomes_ready(
    rig: Rig, operations: list[Point], fault: str
) -> None:
    """All at once, a tenant for each; a call that does not say whose it is may hit any of them."""
    hit = [point for point in operations if point.mutating or fault != NOT_FOR_READS]
    names = [rig.fresh(fault) for _ in hit]
    rules = [rig.inject(FAULTS[fault] | point.matching(name)) for point, name in zip(hit, names, strict=True)]
    for name in names:
        rig.apply(name)
    rig.wait_ready(*names)
    missed = [str(point) for point, rule in zip(hit, rules, strict=True) if rig.hits(rule) == 0]
    rig.withdraw(*rules)
    assert missed == []


def test_a_key_whose_answer_is_lost_and_that_is_listed_late_is_made_once(rig: Rig) -> None:
    """CreateKey takes no token, so nothing but patience tells one wish from two."""
    name = rig.fresh("lost-late")
    create = {"service": "kms", "operation": "CreateKey", "caller": "*/CloisterProvisioner/*"}
    late = rig.inject(create | {"kind": "delayed_visibility", "ms": 1500, "count": -1})
    lost = rig.inject(create | {"kind": "answer_lost", "count": -1})
    mark = rig.world.calls.mark(name)
    rig.apply(name)
    rig.wait_ready(name)
    assert rig.hits(lost) == 1
    rig.withdraw(late, lost)
    made = [call for call in rig.world.calls.since(mark) if call.operation == "CreateKey"]
    assert len(made) == 1


def test_a_key_that_is_listed_late_is_made_once(rig: Rig) -> None:
    """The answer came, but for a while KMS knows of no such key."""
    name = rig.fresh("late")
    late = rig.inject({"kind": "delayed_visibility", "ms": 2000, "service": "kms", "operation": "CreateKey"})
    rig.apply(name)
    rig.wait_ready(name)
    assert rig.hits(late) == 1
    rig.withdraw(late)
