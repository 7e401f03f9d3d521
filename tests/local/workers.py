"""What this machine has instead of images and of a cluster that EC2 reaches: the examples, made to run here."""

import base64
import sys
from pathlib import Path
from typing import Any

import yaml

from local.controlplane import ControlPlane
from local.emulator import Emulator

_REPOSITORY = Path(__file__).resolve().parent.parent.parent
_EXAMPLES = _REPOSITORY / "examples"
_ETL = _REPOSITORY / "etl"
_NOBODY = 65532


def environment(control_plane: ControlPlane) -> dict[str, Any]:
    """The example's Environment, with nodes that join this cluster."""
    found: dict[str, Any] = yaml.safe_load((_EXAMPLES / "environment-production.yaml").read_text())
    authority = base64.b64encode(control_plane.keys.authority.read_bytes()).decode()
    found["spec"]["nodes"]["cluster"] = {
        "name": "local",
        "apiServerEndpoint": control_plane.url,
        "certificateAuthority": authority,
        "cidr": "10.96.0.0/16",
    }
    return found


def images(emulator: Emulator) -> dict[str, Any]:
    """The example pipeline's image: the ETL library and the example's tasks, in this Python environment."""
    tenant = yaml.safe_load((_EXAMPLES / "acme-health.yaml").read_text())
    reached = {"AWS_ENDPOINT_URL": emulator.addresses.endpoint, "AWS_EC2_METADATA_DISABLED": "true"}
    python = {"PYTHONPATH": f"{_ETL}:{_ETL / 'examples'}", "PYTHONDONTWRITEBYTECODE": "1"}
    image = {
        "path": [str(Path(sys.executable).parent)],
        "visible": [sys.prefix, sys.base_prefix, str(_ETL)],
        "env": reached | python,
        "entrypoint": ["python", "-m", "cloister_etl"],
        "user": _NOBODY,
    }
    return {pipeline["image"]: image for pipeline in tenant["spec"]["pipelines"]}
