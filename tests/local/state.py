"""What is left of a platform that an earlier run started."""

import enum
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from local.client import Client
from local.emulator import Addresses
from local.platform import Platform


class Health(enum.Enum):
    DOWN = "down"
    UP = "up"
    BROKEN = "broken"


@dataclass(frozen=True)
class State:
    health: Health
    alive: list[str]
    # What is wrong, one sentence each; empty unless broken.
    faults: list[str]


def observe(platform: Platform) -> State:
    platform.processes.recall()
    alive = platform.processes.alive()
    if not alive:
        return State(Health.DOWN, [], [])
    faults = [f"{name} has died" for name in platform.processes.dead()]
    if not faults:
        faults = _silent(platform)
    return State(Health.BROKEN if faults else Health.UP, alive, faults)


def apiserver_url(kubeconfig: Path) -> str:
    url: str = yaml.safe_load(kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    return url


def _silent(platform: Platform) -> list[str]:
    """All processes live; a run that was interrupted may still have left a half."""
    faults = []
    if not platform.env_file.exists():
        return ["its start was interrupted"]
    pki = platform.directory / "pki"
    admin = pki / "admin.crt", pki / "admin.key"
    url = apiserver_url(platform.kubeconfig)
    if not Client.with_certificate(url, pki / "ca.crt", admin).answers("/readyz"):
        faults.append(f"the API server at {url} is not ready")
    # Not an AWS call: looking must leave no line in the emulator's journal.
    control = Addresses.read(platform.aws.port_file).control
    if not Client(control).responds(urlsplit(control).path):
        faults.append(f"the AWS emulator at {control} does not answer")
    return faults
