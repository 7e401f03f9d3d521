"""The verb, with the operator's own rights and no more."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from e2e.operator import BINARY
from e2e.world import World

TENANT = "proof"


@dataclass(frozen=True)
class Evidence:
    """A report, by its parts."""

    report: Any
    code: int

    @property
    def statuses(self) -> dict[str, str]:
        return {finding["id"]: finding["status"] for finding in self.report["safeguards"]}

    @property
    def red(self) -> set[str]:
        return {id_ for id_, status in self.statuses.items() if status == "NotMet"}

    def proofs(self, safeguard: str) -> list[Any]:
        (finding,) = [finding for finding in self.report["safeguards"] if finding["id"] == safeguard]
        proofs: list[Any] = finding["proofs"]
        return proofs

    def failing(self, safeguard: str) -> set[tuple[str, str]]:
        return {(proof["resource"], proof["field"]) for proof in self.proofs(safeguard) if not proof["holds"]}


@contextmanager
def asleep(world: World) -> Iterator[None]:
    """The operator does nothing meanwhile."""
    pid = world.operator.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def look(world: World, *options: str) -> Evidence:
    done = run(world, TENANT, "--format", "json", *options)
    assert done.returncode in (0, 2), done.stderr
    return Evidence(json.loads(done.stdout), done.returncode)


def listed() -> list[Any]:
    """The checklist itself, which needs neither cluster nor account."""
    done = subprocess.run([BINARY, "evidence", "--list"], capture_output=True, text=True, check=True)
    found: list[Any] = json.loads(done.stdout)
    return found


def run(world: World, *arguments: str, verb: str = "evidence") -> subprocess.CompletedProcess[str]:
    kubeconfig = world.platform.directory / "pki" / f"{world.operator.name}.kubeconfig"
    environment = os.environ | world.platform.environment() | {"KUBECONFIG": str(kubeconfig)}
    return subprocess.run([BINARY, verb, *arguments], env=environment, capture_output=True, text=True)
