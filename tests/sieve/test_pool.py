"""Killed at each of its pool's requests, the operator makes one instance for a pod, and leaves none behind."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from e2e.nodes import PATIENCE, Pool, write_images
from e2e.waiting import until
from local.workers import environment
from sieve.points import Life, Point, kill, missed
from sieve.rig import SieveRig, running_sieve
from sieve.wire import Message

_NUMBERS = itertools.count(100)
POD = "only"


@dataclass
class PoolLife(Life):
    """A pod comes, runs on a node that is launched for it, and goes; then the node does."""

    pool: Pool = field(kw_only=True)
    nodes: set[str] = field(default_factory=set)
    ran: bool = False

    def kind(self, request: Message) -> str:
        if request.path.endswith(f"/clienttenants/{self.name}/status"):
            return "status" if request.query.get("fieldManager") == "cloister-nodes" else ""
        _, there, node = request.path.partition("/api/v1/nodes/")
        return "node" if there and node in self.nodes else ""

    def goes_on(self) -> bool:
        """Until it is over."""
        self.nodes |= {node["metadata"]["name"] for node in self.pool.nodes()}
        if not self.ran and self.pool.phase(POD) == "Running":
            self.ran = True
            self.pool.delete(POD)
        return not self.ran or bool(self.pool.living()) or bool(self.pool.nodes()) or self.pool.status["instances"] != 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SieveRig]:
    with running_sieve(Path(tmp_path_factory.mktemp("pools")), sweep_seconds=5, nodes=True) as rig:
        write_images(rig.world)
        rig.world.onboard(environment(rig.world.platform.control_plane))
        yield rig


def _begin(site: SieveRig, point: Point | None = None) -> PoolLife:
    name = f"pool-{next(_NUMBERS)}"
    pool = Pool(site.world, name)
    pool.onboard()
    return PoolLife(name, point, pool=pool)


def _live(site: SieveRig, lives: list[PoolLife]) -> None:
    def unfinished() -> list[str]:
        if not site.operator_lives:
            site.world.operator.relaunch()
        return [life.name for life in lives if life.goes_on()]

    site.proxy.witness = lambda request: kill(site, lives, request)
    for life in lives:
        life.pool.submit(POD)
    until("all pods have run and all nodes are gone", unfinished, lambda left: not left, timeout=2 * PATIENCE)
    site.proxy.witness = lambda request: None
    if not site.operator_lives:
        site.world.operator.restart()


def test_killed_at_each_request_of_a_pool_it_makes_one_instance_for_a_pod(site: SieveRig) -> None:
    clean = _begin(site)
    _live(site, [clean])
    points = list(clean.points)
    dying = [_begin(site, point) for point in points]
    _live(site, dying)
    assert {life.name: len(life.pool.instances()) for life in [clean, *dying]} == {
        life.name: 1 for life in [clean, *dying]
    }
    left = missed(dying)
    print(f"\nkilled at {len(dying) - len(left)} requests; not met: {[str(point) for point in left]}")
    # Status may be written less often in another life.
    assert len(left) < len(points) / 3
    assert {"PATCH node", "DELETE node", "PATCH status"} <= {f"{p.method} {p.path}" for p in points if p not in left}
    assert site.world.calls.violations() == []
    site.world.operator.check_log()
