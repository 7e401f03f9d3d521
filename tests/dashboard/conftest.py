"""One emulator, one cluster and one application for all of these tests."""

from collections.abc import Iterator

import pytest
from claims.generate import Claim, claims

from aws.conftest import Emulator
from dashboard.world import App, World

ROWS = 300


@pytest.fixture(scope="package")
def rows() -> list[Claim]:
    made = claims(seed=7, rows=ROWS)
    made[0] |= {"member_name": "<script>alert(1)</script>", "note": "a & b\n\"quoted\" 'twice'", "claim_id": "C/0 1,é"}
    return made


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory, rows: list[Claim]) -> Iterator[World]:
    emulator = Emulator(tmp_path_factory.mktemp("emulator"))
    made = World(emulator)
    made.load(rows)
    yield made
    assert emulator.stop() == 0


@pytest.fixture(scope="package")
def app(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    started = App(world.environment(), tmp_path_factory.mktemp("app"))
    yield started
    assert started.stop() == 0
