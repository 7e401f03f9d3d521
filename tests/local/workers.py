"""What this machine has instead of images and of a cluster that EC2 reaches: the examples, made to run here."""

import base64
import os
import sys
from pathlib import Path
from typing import Any

import yaml

from local import binaries
from local.controlplane import ControlPlane
from local.emulator import Emulator

_REPOSITORY = Path(__file__).resolve().parent.parent.parent
_EXAMPLES = _REPOSITORY / "examples"
_ETL = _REPOSITORY / "etl"
_DASHBOARD = _EXAMPLES / "claims-dashboard"
_NOBODY = 65532
# What the operator is told by --door-image.
DOOR = "registry.example/cloister-door@sha256:" + "fedcba9876543210" * 4


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
    """Those of the example: its pipelines' with the ETL library and the tasks, its applications', and the door's."""
    spec = yaml.safe_load((_EXAMPLES / "acme-health.yaml").read_text())["spec"]
    reached = {"AWS_ENDPOINT_URL": emulator.addresses.endpoint, "AWS_EC2_METADATA_DISABLED": "true"}
    worker = _python(reached, "cloister_etl", _ETL, _ETL / "examples")
    return {
        **{pipeline["image"]: worker for pipeline in spec["pipelines"]},
        **{app["image"]: application(reached) for app in _apps(spec)},
        DOOR: door(reached),
    }


def _apps(spec: dict[str, Any]) -> list[dict[str, Any]]:
    alone = yaml.safe_load((_DASHBOARD / "app.yaml").read_text())["spec"]
    return [*spec.get("apps", []), alone]


def application(reached: dict[str, str]) -> dict[str, Any]:
    """The example application, in this Python environment."""
    return _python(reached, "claims_dashboard", _DASHBOARD)


def door(reached: dict[str, str]) -> dict[str, Any]:
    binary = binaries.door()
    return {"path": [str(binary.parent)], "env": reached, "entrypoint": [binary.name], "user": _NOBODY}


def _python(reached: dict[str, str], module: str, *folders: Path) -> dict[str, Any]:
    path = {"PYTHONPATH": os.pathsep.join(map(str, folders)), "PYTHONDONTWRITEBYTECODE": "1"}
    return {
        "path": [str(Path(sys.executable).parent)],
        "visible": [sys.prefix, sys.base_prefix, *map(str, folders)],
        "env": reached | path,
        "entrypoint": ["python", "-m", module],
        "user": _NOBODY,
    }
