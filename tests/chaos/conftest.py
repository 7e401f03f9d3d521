"""One rig for each module: its account is counted to the last resource."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.lives import Clean, clean_life
from chaos.rig import Rig, running_rig
from chaos.schemas import Schemas, warehouse, warehouses_elsewhere


@pytest.fixture(scope="module")
def shared_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with running_rig(Path(tmp_path_factory.mktemp("chaos"))) as rig:
        yield rig


@pytest.fixture
def rig(shared_rig: Rig) -> Iterator[Rig]:
    yield shared_rig
    shared_rig.check()


@pytest.fixture(scope="module")
def shared_schemas(shared_rig: Rig) -> Schemas:
    shared_rig.clusters_take_no_time()
    return warehouse(shared_rig, "chaos")


@pytest.fixture
def schemas(rig: Rig, shared_schemas: Schemas) -> Schemas:
    assert rig is shared_schemas.rig  # which judges the account in the end
    return shared_schemas


@pytest.fixture(scope="module")
def clean(shared_schemas: Schemas) -> dict[str, Clean]:
    return clean_life(shared_schemas)


@pytest.fixture(scope="module")
def warehouses(shared_schemas: Schemas) -> list[Schemas]:
    """For many lives at once."""
    return [shared_schemas, *warehouses_elsewhere(shared_schemas.rig)]
