"""Each careless act of the demo is found, undone and told of."""

from collections.abc import Iterator

import pytest

from e2e import manifests
from e2e.careless import IN_AWS, IN_KUBERNETES, Act, Target
from e2e.conftest import SWEEP_SECONDS
from e2e.kinds import Object, is_ready
from e2e.waiting import until
from e2e.world import World

TENANT = "drifter"


@pytest.fixture
def target(world: World) -> Iterator[Target]:
    world.onboard(manifests.tenant(TENANT, "inbox"))
    target = Target.of(world, TENANT, "inbox")
    yield target
    world.cluster.wait_ready("ClientTenant", TENANT)


@pytest.mark.parametrize("act", [*IN_KUBERNETES, *IN_AWS], ids=lambda act: act.title.replace(" ", "-"))
def test_it_is_found_undone_and_told_of_when_somebody(act: Act, target: Target) -> None:
    before = act.read(target)
    known = len(act.records(target))
    act.do(target)
    target.cluster.poke(*act.told_of(target))

    until("it is undone", lambda: act.is_undone(target, before), timeout=20)
    kind, name, namespace = act.told_of(target)

    def is_told(found: Object | None) -> bool:
        newest = act.records(target)[: len(act.records(target)) - known or None]
        return is_ready(found) and len(newest) > 0 and all("mendedAt" in record for record in newest)

    target.cluster.wait(kind, name, is_told, namespace, timeout=20)
    newest = act.records(target)[0]
    assert newest["remedy"] == "Corrected"
    assert newest["was"] != newest["now"]
    subject = f"{newest['resource']} {newest['path']}".strip()
    _wait_for_event(target, name, "DriftFound", f"{subject}: was {newest['was']}, now {newest['now']}")
    _wait_for_event(target, name, "DriftMended", f"{subject} is as declared again")


def _wait_for_event(target: Target, name: str, reason: str, note: str) -> None:
    """Events are published one after another, behind the status."""

    def told() -> list[str]:
        return [event["note"] for event in target.cluster.events(name, reason)]

    until(f"the event: {note}", told, lambda notes: note in notes, timeout=5)


def test_the_sweep_finds_it_without_being_asked(target: Target) -> None:
    """One act on each kind of object, neither of which AWS tells of."""
    acts = [act for act in IN_AWS if act.field in ("versioning", "rotation")]
    before = [act.read(target) for act in acts]
    for act in acts:
        act.do(target)

    def all_undone() -> bool:
        return all(act.is_undone(target, was) for act, was in zip(acts, before, strict=True))

    # A sweep is up to 10 % late, and the pass takes its time.
    until("both are undone", all_undone, timeout=2 * SWEEP_SECONDS)
