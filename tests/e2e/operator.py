"""The operator as a process, with no more rights than its ClusterRole gives."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import requests

from e2e import rights
from e2e.cluster import Cluster
from e2e.loopback import HTTP
from e2e.waiting import until
from local import workers
from local.platform import Platform
from local.ports import Ports

REPOSITORY = Path(__file__).resolve().parent.parent.parent
_TARGET = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
# Another build, such as a release, may be given.
BINARY = Path(os.environ.get("CLOISTER_BINARY", _TARGET / "debug" / "cloister"))
USER = rights.USER
# Of what the local nodes run in front of applications.
DOOR = workers.DOOR

PASSES = re.compile(r'^cloister_passes_total\{kind="(\w+)",result="\w+"\} (\d+)', re.MULTILINE)

# Of Rust, and of a failed assertion of ours.
_PANIC = re.compile(r"panicked at|RUST_BACKTRACE|overflowed its stack")


class Operator:
    """Dies with the platform, and is stopped with it."""

    def __init__(
        self,
        platform: Platform,
        *,
        sweep_seconds: int = 60,
        kms_visibility_seconds: int = 5,
        name: str = "cloister",
        kubernetes: str = "",
        aws: str = "",
        lease_namespace: str = "",
        lease_seconds: int = 15,
        evidence_look_seconds: int = 3600,
        flags: Sequence[str] = (),
    ) -> None:
        """`kubernetes` and `aws` are where it finds them, if not where they are; with a lease it may be one of many."""
        self.platform = platform
        self.sweep_seconds = sweep_seconds
        self.kms_visibility_seconds = kms_visibility_seconds
        self.name = name
        self._kubernetes = kubernetes
        self._aws = aws
        self._lease_namespace = lease_namespace
        self._lease_seconds = lease_seconds
        self._flags = flags
        # So that no test meets calls that it did not ask for.
        self._evidence_look_seconds = evidence_look_seconds
        self._port = 0

    @property
    def log(self) -> Path:
        return self.platform.processes.log_of(self.name)

    @property
    def pid(self) -> int:
        return self.platform.processes[self.name].pid

    @property
    def lives(self) -> bool:
        return self.platform.processes[self.name].alive()

    def start(self) -> None:
        self.launch()
        self._wait()

    def launch(self) -> None:
        """Starts it without waiting: one that does not lead is never ready."""
        environment = os.environ | self.platform.environment()
        if self._aws:
            environment["AWS_ENDPOINT_URL"] = self._aws
        environment["KUBECONFIG"] = str(self._kubeconfig())
        environment["CLOISTER_LOG_FORMAT"] = "text"
        environment["NO_COLOR"] = "1"
        with Ports() as ports:
            self._port = ports.take()
        command = [
            str(BINARY),
            "run",
            f"--sweep-seconds={self.sweep_seconds}",
            f"--kms-visibility-seconds={self.kms_visibility_seconds}",
            f"--evidence-look-seconds={self._evidence_look_seconds}",
            f"--listen=127.0.0.1:{self._port}",
            f"--door-image={DOOR}",
            *self._flags,
        ]
        if self._lease_namespace:
            command.append(f"--lease-namespace={self._lease_namespace}")
            command.append(f"--lease-seconds={self._lease_seconds}")
        self.platform.processes.start(self.name, command, environment)

    def stop(self) -> None:
        """An orderly end; fails if it needs more than its grace."""
        process = self.platform.processes[self.name]
        process.stop(grace=20.0)
        assert process.child is not None
        self.check_log()
        assert process.child.returncode == 0, f"it ended with {process.child.returncode}"

    def kill(self) -> None:
        self.platform.processes[self.name].kill()

    def restart(self) -> None:
        """After `stop` or `kill`: the same again, with the same log."""
        self.relaunch()
        self._wait()

    def relaunch(self) -> None:
        """The same, without waiting: it may be about to die again."""
        self.platform.processes.start_again(self.name)

    def metrics(self) -> str:
        return HTTP.get(f"http://127.0.0.1:{self._port}/metrics", timeout=5).text

    def passes(self, kind: str) -> int:
        """How many have ended, of this process."""
        return sum(int(n) for found, n in PASSES.findall(self.metrics()) if found == kind)

    def check_log(self) -> None:
        lines = self.log.read_text(errors="replace").splitlines()
        panics = [line for line in lines if _PANIC.search(line)]
        assert not panics, f"it panicked, see {self.log}: {panics[0]}"

    def _kubeconfig(self) -> Path:
        """Of a ServiceAccount: the audit log then tells who wrote, and RBAC is real."""
        file = self.platform.directory / "pki" / f"{self.name}.kubeconfig"
        control_plane = self.platform.control_plane
        Cluster(control_plane).apply(*rights.manifests())
        url = self._kubernetes or control_plane.url
        return control_plane.service_account_kubeconfig(rights.NAMESPACE, rights.NAME, file, url=url)

    def _wait(self) -> None:
        until("the operator is ready", lambda: self.is_ready, timeout=30.0)

    @property
    def is_ready(self) -> bool:
        """Its caches are filled; with a lease, it also leads."""
        self.platform.processes.check(self.name)
        try:
            answer = HTTP.get(f"http://127.0.0.1:{self._port}/readyz", timeout=2)
        except requests.ConnectionError:
            return False
        # One that waits to take over is ready too, and says "standby".
        return answer.ok and answer.text == "ok"
