"""One emulator and one cluster for all of these tests; each has a schema and a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aws.conftest import Emulator
from etl.world import Pipeline, World


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    emulator = Emulator(tmp_path_factory.mktemp("emulator"))
    yield World(emulator, tmp_path_factory.mktemp("workers"))
    assert emulator.stop() == 0


@pytest.fixture
def pipeline(world: World, tmp_path: Path) -> Iterator[Pipeline]:
    yield Pipeline(world, tmp_path)
    world.aws.control("DELETE", "/faults")
