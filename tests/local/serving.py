"""What stands between people and an application's pods on this machine: a balancer, a provider that speaks TLS."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.pki import Pki
from local.ports import Ports
from local.processes import Processes
from local.provider import Provider

_TESTS = Path(__file__).resolve().parent.parent
_PORT = 8443


def provider(directory: Path, processes: Processes) -> tuple[Pki, Provider]:
    """Beside the one for uploads: who signs in by a browser is sent to https alone."""
    pki = Pki.make(directory / "pki" / "sign-in")
    pair = pki.host("localhost", "localhost")
    return pki, Provider(directory, processes, name="sign-in", tls=(*pair, pki.authority)).start()


class Balancer:
    """Knows its port before it knows the pods, since the provider must hear of it."""

    def __init__(self, processes: Processes, kept: Path) -> None:
        self._processes, self.kept = processes, kept
        with Ports() as ports:
            self.port = ports.take()

    def origin(self, host: str) -> str:
        return f"https://{host}:{self.port}"

    def start(self, pods: Sequence[dict[str, Any]]) -> None:
        targets = [f"{pod['status']['podIP']}:{_PORT}" for pod in pods]
        shutil.rmtree(self.kept, ignore_errors=True)  # an earlier run's
        self.kept.mkdir(parents=True)
        command = [sys.executable, "-m", "local.balancer", f"--keep={self.kept}", str(self.port), *targets]
        self._processes.start("balancer", command, {"PYTHONPATH": str(_TESTS)})
