from collections.abc import Iterator
from pathlib import Path

import pytest

from admission.api import Api
from local.controlplane import ControlPlane

DEFINITIONS = Path(__file__).resolve().parent.parent.parent / "crds" / "cloister.dev.yaml"


@pytest.fixture(scope="package")
def definitions() -> Path:
    return DEFINITIONS


@pytest.fixture(scope="package")
def api(tmp_path_factory: pytest.TempPathFactory, definitions: Path) -> Iterator[Api]:
    with ControlPlane(Path(tmp_path_factory.mktemp("admission"))) as control_plane:
        control_plane.kubectl("apply", "--server-side", f"--filename={definitions}")
        control_plane.kubectl("wait", "--for=condition=established", "crd", "--all")
        yield Api(control_plane)
