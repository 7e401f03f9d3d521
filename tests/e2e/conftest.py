"""One world for all tests: each uses tenants of its own names, so that they can share it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e import manifests
from e2e.warehouse import Warehouse, clusters_take
from e2e.world import World, running_world

# What finds drift sweeps often; a restart would cost more than it saves.
SWEEP_SECONDS = 5


@pytest.fixture(scope="package")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = Path(tmp_path_factory.mktemp("world"))
    with running_world(directory, sweep_seconds=SWEEP_SECONDS) as world:
        yield world


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    """Ends by asking whether any call broke an invariant."""
    yield shared_world
    assert shared_world.calls.violations() == []
    shared_world.operator.check_log()


@pytest.fixture(scope="package")
def shared_warehouse(shared_world: World) -> Warehouse:
    clusters_take(shared_world, default=0)
    shared_world.onboard(manifests.tenant("depot", warehouse={"reboots": "AtOnce"}), timeout=90)
    return Warehouse(shared_world, "depot")


@pytest.fixture
def warehouse(world: World, shared_warehouse: Warehouse) -> Warehouse:
    assert world is shared_warehouse.world
    return shared_warehouse
