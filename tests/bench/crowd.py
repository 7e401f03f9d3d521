"""Tenants, one or many at once, from kubectl apply until they are Ready."""

import subprocess
import time
from pathlib import Path

import yaml

from e2e.kinds import Object, is_ready
from e2e.manifests import tenant
from e2e.world import World

_PAUSE = 0.1


def write(file: Path, names: list[str]) -> None:
    documents = [tenant(name, "landing") for name in names]
    file.write_text(yaml.safe_dump_all(documents))


def apply(world: World, file: Path) -> float:
    """With kubectl, as a user would; answers how long it took to say so."""
    environment = world.platform.environment()
    began = time.monotonic()
    command = ["kubectl", "apply", "--server-side", "-f", str(file)]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def onboarded(world: World, name: str) -> float:
    """One tenant, and how long it took to become Ready."""
    began = time.monotonic()
    world.onboard(tenant(name, "landing"), timeout=120)
    return time.monotonic() - began


def ready_at(world: World, names: set[str], timeout: float) -> dict[str, float]:
    """When each was first seen Ready, on the monotonic clock."""
    seen: dict[str, float] = {}
    deadline = time.monotonic() + timeout
    while len(seen) < len(names):
        now = time.monotonic()
        for found in world.cluster.every("ClientTenant"):
            name = found["metadata"]["name"]
            if name in names and name not in seen and is_ready(found):
                seen[name] = now
        if now > deadline:
            raise TimeoutError(f"not Ready within {timeout:.0f} s: {_unready(world, names - seen.keys())}")
        time.sleep(_PAUSE)
    return seen


def _unready(world: World, names: set[str]) -> str:
    def said(found: Object) -> str:
        return str(found.get("status", {}).get("message", "nothing said"))

    tenants = [t for t in world.cluster.every("ClientTenant") if t["metadata"]["name"] in names]
    return "; ".join(f"{t['metadata']['name']}: {said(t)}" for t in tenants[:5])
