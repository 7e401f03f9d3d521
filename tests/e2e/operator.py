"""The operator as a process, with no more rights than its ClusterRole gives."""

import os
import re
from pathlib import Path

import requests

from e2e.cluster import Cluster
from e2e.loopback import HTTP
from e2e.waiting import until
from local.platform import Platform
from local.ports import Ports

REPOSITORY = Path(__file__).resolve().parent.parent.parent
_TARGET = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
# Another build, such as a release, may be given.
BINARY = Path(os.environ.get("CLOISTER_BINARY", _TARGET / "debug" / "cloister"))
USER = "system:serviceaccount:cloister-system:cloister"

_RIGHTS = Path(__file__).with_name("rights.yaml")
_NAME = "cloister"
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
    ) -> None:
        self.platform = platform
        self.sweep_seconds = sweep_seconds
        self.kms_visibility_seconds = kms_visibility_seconds
        self._port = 0

    @property
    def log(self) -> Path:
        return self.platform.processes.log_of(_NAME)

    @property
    def pid(self) -> int:
        return self.platform.processes[_NAME].pid

    def start(self) -> None:
        environment = os.environ | self.platform.environment()
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
            f"--listen=127.0.0.1:{self._port}",
        ]
        self.platform.processes.start(_NAME, command, environment)
        self._wait()

    def stop(self) -> None:
        """An orderly end; fails if it needs more than its grace."""
        process = self.platform.processes[_NAME]
        process.stop(grace=20.0)
        assert process.child is not None
        self.check_log()
        assert process.child.returncode == 0, f"it ended with {process.child.returncode}"

    def kill(self) -> None:
        self.platform.processes[_NAME].kill()

    def restart(self) -> None:
        """After `stop` or `kill`: the same again, with the same log."""
        self.platform.processes.start_again(_NAME)
        self._wait()

    def metrics(self) -> str:
        return HTTP.get(f"http://127.0.0.1:{self._port}/metrics", timeout=5).text

    def check_log(self) -> None:
        lines = self.log.read_text(errors="replace").splitlines()
        panics = [line for line in lines if _PANIC.search(line)]
        assert not panics, f"it panicked, see {self.log}: {panics[0]}"

    def _kubeconfig(self) -> Path:
        """Of a ServiceAccount: the audit log then tells who wrote, and RBAC is real."""
        file = self.platform.directory / "pki" / "operator.kubeconfig"
        control_plane = self.platform.control_plane
        Cluster(control_plane).apply(_RIGHTS)
        return control_plane.service_account_kubeconfig("cloister-system", "cloister", file)

    def _wait(self) -> None:
        until("the operator is ready", self._is_ready, timeout=30.0)

    def _is_ready(self) -> bool:
        self.platform.processes.check(_NAME)
        try:
            answer = HTTP.get(f"http://127.0.0.1:{self._port}/readyz", timeout=2)
        except requests.ConnectionError:
            return False
        return answer.ok
