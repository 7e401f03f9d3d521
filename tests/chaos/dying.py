"""An operator that dies, is started again, and dies again."""

from collections.abc import Callable

from chaos.rig import PATIENCE, Rig
from e2e.kinds import Object
from e2e.waiting import until


def dies_again_and_again(
    rig: Rig, begin: Callable[[], object], done: Callable[[], bool], rules: Callable[[int], list[Object]]
) -> int:
    """How often it died until that was done. Each life has rules of its own, by the number of deaths before it."""
    deaths = 0
    armed = _arm(rig, rules(0))
    begin()
    while True:
        until(f"death {deaths + 1}, or the end", lambda: not rig.operator_lives or done(), timeout=PATIENCE)
        rig.withdraw(*armed)
        if rig.operator_lives:
            return deaths
        deaths += 1
        rig.world.operator.relaunch()
        # It first fills its caches.
        armed = _arm(rig, rules(deaths))


def _arm(rig: Rig, rules: list[Object]) -> list[str]:
    pid = {"pid": rig.world.operator.pid}
    return [rig.inject(rule | (pid if rule["kind"] == "kill" else {})) for rule in rules]
