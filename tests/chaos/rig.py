"""A world for chaos: tenants under names of their own, faults, and an operator that may die."""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chaos.inventory import Fate, Inventory, Tenant
from e2e.kinds import Object, is_ready
from e2e.loopback import HTTP
from e2e.manifests import tenant
from e2e.world import World, running_world

# Whole runs fit in, so that the settled ones are not looked at between the calls of another.
SWEEP_SECONDS = 600
# A call for a key that was cut short is given up so much later; well above what the faults delay.
VISIBILITY_SECONDS = 5
# For a run that begins anew once or twice; a pass takes a second.
PATIENCE = 60.0


@dataclass
class Rig:
    world: World
    tenants: dict[str, Tenant] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def fresh(self, prefix: str) -> str:
        return f"{prefix}-{next(self.numbers):03}"

    def apply(self, name: str, **spec: Any) -> Object:
        (applied,) = self.world.cluster.apply(tenant(name, "landing", **spec))
        self.note(applied, Fate.STANDS)
        return applied

    def note(self, applied: Object, fate: Fate) -> None:
        """What is to be left in the account of this tenant in the end."""
        meta = applied["metadata"]
        self.tenants[meta["uid"]] = Tenant(meta["name"], meta["uid"], fate)

    def delete(self, name: str, fate: Fate) -> None:
        self.note(self.world.cluster.get("ClientTenant", name), fate)
        self.world.cluster.delete("ClientTenant", name)

    def is_ready(self, name: str) -> bool:
        return is_ready(self.world.cluster.find("ClientTenant", name))

    def are_gone(self, names: Iterable[str]) -> bool:
        return not {t["metadata"]["name"] for t in self.world.cluster.every("ClientTenant")} & set(names)

    def wait_ready(self, *names: str) -> None:
        for name in names:
            self.world.cluster.wait_ready("ClientTenant", name, timeout=PATIENCE)

    def wait_gone(self, *names: str) -> None:
        for name in names:
            self.world.cluster.wait_gone("ClientTenant", name, timeout=PATIENCE)

    # --- Faults ---------------------------------------------------------------

    @property
    def control(self) -> str:
        return self.world.endpoints.control

    def inject(self, rule: dict[str, Any]) -> str:
        answer = HTTP.post(f"{self.control}/faults", json=rule, timeout=10)
        answer.raise_for_status()
        return str(answer.json()["id"])

    def hits(self, rule: str) -> int:
        return self._count(rule, "hits")

    def seen(self, rule: str) -> int:
        """How many calls matched, hit or not."""
        return self._count(rule, "seen")

    def _count(self, rule: str, what: str) -> int:
        rules = HTTP.get(f"{self.control}/faults", timeout=10).json()
        return int(next(r[what] for r in rules if r["id"] == rule))

    def withdraw(self, *rules: str) -> None:
        for rule in rules:
            HTTP.delete(f"{self.control}/faults", params={"id": rule}, timeout=10)

    def clusters_take_no_time(self) -> None:
        HTTP.post(f"{self.control}/redshift", json={"default": 0}, timeout=10).raise_for_status()

    # --- Life and death -------------------------------------------------------

    @property
    def operator_lives(self) -> bool:
        return not self.world.platform.processes.dead()

    # --- Judgement ------------------------------------------------------------

    def check(self) -> None:
        """Nothing twice, nothing left over, nothing missing, and no call broke an invariant."""
        found = Inventory.take(self.world.aws).problems(self.tenants.values())
        found += self.world.calls.violations()
        assert not found, "\n".join(found)
        self.world.operator.check_log()


@contextmanager
def running_rig(directory: Path) -> Iterator[Rig]:
    world = running_world(directory, sweep_seconds=SWEEP_SECONDS, kms_visibility_seconds=VISIBILITY_SECONDS)
    with world as opened:
        yield Rig(opened)
