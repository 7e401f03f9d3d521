"""One rig for each module: its account is counted to the last resource."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.rig import Rig, running_rig


@pytest.fixture(scope="module")
def shared_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with running_rig(Path(tmp_path_factory.mktemp("chaos"))) as rig:
        yield rig


@pytest.fixture
def rig(shared_rig: Rig) -> Iterator[Rig]:
    yield shared_rig
    shared_rig.check()
