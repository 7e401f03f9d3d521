from collections.abc import Iterator
from pathlib import Path

import pytest

from local.controlplane import ControlPlane


@pytest.fixture(scope="package")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    with ControlPlane(Path(tmp_path_factory.mktemp("control-plane"))) as running:
        yield running
