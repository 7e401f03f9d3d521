"""One world for both ways that it may end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.warehouse import clusters_take
from e2e.world import World, running_world


@pytest.fixture(scope="package")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(Path(tmp_path_factory.mktemp("offboarding")), sweep_seconds=5) as world:
        clusters_take(world, default=0)
        yield world


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    yield shared_world
    assert shared_world.calls.violations() == []
    shared_world.operator.check_log()
