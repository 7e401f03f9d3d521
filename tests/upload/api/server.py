"""The upload API as a process, with no more rights than it needs."""

import json
import os
from pathlib import Path
from typing import Any

import requests

from e2e import rights
from e2e.cluster import Cluster
from e2e.loopback import HTTP
from e2e.waiting import until
from local import uploads
from local.platform import Platform
from local.ports import Ports
from local.provider import Provider

_REPOSITORY = Path(__file__).resolve().parents[3]
_TARGET = Path(os.environ.get("CARGO_TARGET_DIR", _REPOSITORY / "target"))
# Another build, such as a release, may be given.
BINARY = Path(os.environ.get("CLOISTER_UPLOAD_API_BINARY", _TARGET / "debug" / "cloister-upload-api"))


class UploadApi:
    """Dies with the platform, and is stopped with it."""

    def __init__(
        self, platform: Platform, provider: Provider, *options: str, name: str = "upload-api", scheme: str = "http"
    ) -> None:
        self.platform = platform
        self.provider = provider
        self.name = name
        self._options = options
        self._scheme = scheme
        self._port = self._inner = 0

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._port}"

    @property
    def log(self) -> Path:
        return self.platform.processes.log_of(self.name)

    @property
    def audit_log(self) -> Path:
        return self.platform.directory / f"{self.name}.audit.jsonl"

    def audit(self, since: int = 0) -> list[dict[str, Any]]:
        """The records after the first so many."""
        lines = self.audit_log.read_text().splitlines() if self.audit_log.exists() else []
        return [json.loads(line) for line in lines[since:]]

    def metrics(self) -> str:
        return HTTP.get(f"http://127.0.0.1:{self._inner}/metrics", timeout=5).text

    def start(self) -> None:
        self.launch()
        until("the upload API is ready", self._is_ready, timeout=30.0)

    def launch(self) -> None:
        """Without waiting: it may not come up at all."""
        with Ports() as ports:
            self._port, self._inner = ports.take(), ports.take()
        self.platform.processes.start(self.name, self.command(), self.environment())

    def command(self) -> list[str]:
        return [
            str(BINARY),
            f"--listen=127.0.0.1:{self._port}",
            f"--metrics-listen=127.0.0.1:{self._inner}",
            f"--name={self.url}",
            f"--issuer={self.provider.issuer}",
            f"--receipt-key={uploads.receipt_key(self.platform.directory)}",
            f"--audit-log={self.audit_log}",
            "--log-format=text",
            *self._options,
        ]

    def stop(self) -> None:
        """An orderly end."""
        process = self.platform.processes[self.name]
        process.stop(grace=25.0)
        assert process.child is not None
        self.check_log()
        assert process.child.returncode == 0, f"it ended with {process.child.returncode}"

    def check_log(self) -> None:
        panics = [line for line in self.log.read_text(errors="replace").splitlines() if "panicked at" in line]
        assert not panics, f"it panicked, see {self.log}: {panics[0]}"

    def environment(self) -> dict[str, str]:
        file = self.platform.directory / "pki" / f"{self.name}.kubeconfig"
        control_plane = self.platform.control_plane
        Cluster(control_plane).apply(*rights.upload_manifests())
        control_plane.service_account_kubeconfig(rights.NAMESPACE, rights.UPLOAD, file)
        return (
            os.environ
            | self.platform.environment()
            | uploads.credentials(self.platform.aws.addresses.control)
            | uploads.SECOND_FACTORS
            | {"KUBECONFIG": str(file), "NO_COLOR": "1"}
        )

    def _is_ready(self) -> bool:
        self.platform.processes.check(self.name)
        try:
            # Of the API itself: it is served once the caches are filled.
            authority = self.platform.directory / "pki" / "ca.crt"
            return HTTP.get(f"{self.url}/readyz", timeout=2, verify=str(authority)).ok
        except requests.ConnectionError:
            return False
