"""A warehouse made, changed and deleted, with SIGKILL after each AWS call that it takes: there is one of everything."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chaos.database import differences
from chaos.dying import dies_again_and_again
from chaos.estate import estate
from chaos.inventory import Fate
from chaos.rig import Rig
from e2e.kinds import Object

# Of the tenant's calls, those that a warehouse needs; its roles and buckets are `test_kill.py`'s.
_CALLS = {"service": ["redshift", "logs", "kms"], "caller": "*/CloisterProvisioner/*"}
_WINDOW = "tue:03:00-tue:04:00"
PHASES: dict[str, Callable[[Rig, str], Any]] = {
    "made": lambda rig, name: rig.apply(name, warehouse={}, deletionPolicy="Delete"),
    "changed": lambda rig, name: rig.apply(
        name, warehouse={"snapshotRetentionDays": 14, "maintenanceWindow": _WINDOW}, deletionPolicy="Delete"
    ),
    "deleted": lambda rig, name: rig.delete(name, Fate.DELETED),
}
Left = dict[str, dict[str, list[str]]]


def _lives(rig: Rig, prefix: str, rules: Callable[[int], list[Object]]) -> tuple[Left, int]:
    """What a tenant leaves in AWS at the end of each phase, and how often the operator died."""
    name, left, deaths = rig.fresh(prefix), {}, 0
    for title, begin in PHASES.items():
        deaths += dies_again_and_again(rig, partial(begin, rig, name), partial(_is_over, rig, name, title), rules)
        uid = next(tenant.uid for tenant in rig.tenants.values() if tenant.name == name)
        left[title] = estate(rig.world.aws, name, uid)
    return left, deaths


def _is_over(rig: Rig, name: str, title: str) -> bool:
    return rig.are_gone([name]) if title == "deleted" else rig.is_ready(name)


@pytest.fixture(scope="module")
def clean(shared_rig: Rig) -> Left:
    shared_rig.clusters_take_no_time()
    left, deaths = _lives(shared_rig, "clean", lambda death: [])
    assert deaths == 0
    counted = {kind: len(things) for kind, things in left["made"].items()}
    of_each = ("clusters", "parameter groups", "subnet groups", "copy grants", "keys", "recovery keys")
    assert counted == dict.fromkeys(of_each, 1) | {"snapshots": 0, "log groups": 3}
    assert left["made"]["clusters"] != left["changed"]["clusters"]
    counted = {kind: len(things) for kind, things in left["deleted"].items() if things}
    assert counted == {"snapshots": 1, "keys": 1, "recovery keys": 1, "log groups": 3}
    return left


def _after_a_change(death: int) -> list[Object]:
    """The first or the second of a life, since some calls are always followed by another: a key's deletion first opens
    its policy, and an alias is first sought to be changed."""
    return [_CALLS | {"kind": "kill", "mutating": True, "nth": 1 + death % 2}]


def _after_one_call_more(death: int) -> list[Object]:
    """Reads as well: first after the first call, then after the second, until a life has no more of them."""
    return [_CALLS | {"kind": "kill", "nth": death + 1}]


# How many there are depends on what goes side by side: a death may overtake the calls beside it.
@pytest.mark.parametrize(
    ("way", "at_least"), [(_after_a_change, 12), (_after_one_call_more, 12)], ids=["changes", "calls"]
)
def test_killed_after_each_call_of_its_life_a_warehouse_has_one_of_everything(
    rig: Rig, clean: Left, way: Callable[[int], list[Object]], at_least: int
) -> None:
    left, deaths = _lives(rig, "killed", way)
    print(f"\ndied {deaths} times")
    found = [f"{title}: {one}" for title in PHASES for one in differences(left[title], clean[title])]
    assert not found, "\n".join(found)
    assert deaths >= at_least


def test_killed_after_each_call_of_its_deletion_a_retained_warehouse_stays(rig: Rig, clean: Left) -> None:
    name = rig.fresh("kept")
    applied = rig.apply(name, warehouse={}, deletionPolicy="Retain")
    rig.wait_ready(name)
    there = partial(estate, rig.world.aws, name, applied["metadata"]["uid"])
    before = there()
    assert before["clusters"] == clean["made"]["clusters"]
    deaths = dies_again_and_again(
        rig,
        lambda: rig.delete(name, Fate.RETAINED),
        lambda: rig.are_gone([name]),
        lambda death: [{"kind": "kill", "caller": "*/CloisterProvisioner/*", "nth": death + 1}],
    )
    assert deaths > 10
    found = differences(there(), before)
    assert not found, "\n".join(found)
