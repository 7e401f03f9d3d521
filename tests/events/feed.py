"""The Environment with events, and the emulator's control over how they come."""

from typing import Any

import yaml

from e2e.account import PRODUCTION, REGION
from e2e.kinds import Object
from e2e.loopback import HTTP
from e2e.waiting import until
from e2e.world import EXAMPLES, World

# As they come unless a test asks otherwise: soon, and one in ten twice.
USUAL = {"least": 0.1, "most": 0.5, "twice": 0.1, "lost": 0.0}


def environment() -> Object:
    manifest: Object = yaml.safe_load((EXAMPLES / "environment-production.yaml").read_text())
    manifest["spec"]["events"] = {}
    return manifest


def hearing(world: World, environment: str = "production") -> str:
    found = world.cluster.get("Environment", environment)
    return str((found or {}).get("status", {}).get("events", ""))


def is_heard(world: World) -> None:
    until("events are heard", lambda: hearing(world), lambda state: state == "Heard", timeout=15)


def mischief(world: World, region: str = "", **asked: float) -> None:
    """With a region, just that one's events are lost."""
    told: dict[str, object] = {**USUAL, **asked, "region": region}
    HTTP.post(f"{world.endpoints.control}/trail", json=told, timeout=10).raise_for_status()


def poison(world: World, body: str) -> int:
    told: dict[str, Any] = {"account": PRODUCTION, "region": REGION, "body": body}
    answer = HTTP.post(f"{world.endpoints.control}/trail/poison", json=told, timeout=10)
    answer.raise_for_status()
    return int(answer.json()["sent"])
