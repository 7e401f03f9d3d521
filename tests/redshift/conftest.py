"""One emulator and one cluster for all of these tests: they share its users, so each makes its own."""

from collections.abc import Iterator

import pytest

from aws.conftest import Emulator
from aws.redshift_data_world import Warehouse


@pytest.fixture(scope="package")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    emulator = Emulator(tmp_path_factory.mktemp("emulator"))
    yield Warehouse(emulator)
    assert emulator.stop() == 0
