"""The door as a process, with a table, a bucket and keys of its own."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from e2e.loopback import HTTP
from e2e.waiting import until
from local import binaries
from local.ports import Ports
from local.processes import Processes

BINARY = binaries.door()
HOST = "claims.acme.example"


@dataclass
class Door:
    """Dies with the processes that it is one of."""

    name: str
    directory: Path
    processes: Processes
    environment: dict[str, str]
    config: dict[str, Any]
    options: tuple[str, ...] = ()
    port: int = field(default=0)
    inner: int = field(default=0)

    @property
    def origin(self) -> str:
        return f"https://{HOST}:{self.port}"

    @property
    def spool(self) -> Path:
        return Path(self.config["accessLog"]["spool"])

    @property
    def log(self) -> Path:
        return self.processes.log_of(self.name)

    def take_ports(self) -> None:
        with Ports() as ports:
            self.port, self.inner = ports.take(), ports.take()

    def start(self) -> None:
        self.launch()
        until("the door is ready", self.said, lambda said: said == "ok", timeout=10)

    def launch(self) -> None:
        file = self.directory / "door.json"
        file.write_text(json.dumps(self.config))
        command = [
            str(BINARY),
            f"--config={file}",
            f"--listen=127.0.0.1:{self.port}",
            f"--metrics-listen=127.0.0.1:{self.inner}",
            f"--pod-name={self.name}",
            "--log-format=text",
            *self.options,
        ]
        self.processes.start(self.name, command, self.environment)

    def stop(self) -> None:
        """An orderly end."""
        process = self.processes[self.name]
        process.stop(grace=25.0)
        assert process.child is not None
        self.check_log()
        assert process.child.returncode == 0, f"it ended with {process.child.returncode}"

    def kill(self) -> None:
        self.processes[self.name].kill()

    def check_log(self) -> None:
        log = self.log.read_text(errors="replace") if self.log.exists() else ""
        assert "panicked at" not in log, f"it panicked, see {self.log}"

    def said(self) -> str:
        """By /readyz: ok, or what is lacking."""
        self.processes.check(self.name)
        try:
            return self.inside("readyz").text
        except requests.ConnectionError:
            return "no answer"

    def inside(self, path: str) -> requests.Response:
        return HTTP.get(f"http://127.0.0.1:{self.inner}/{path}", timeout=10)

    def spooled(self) -> list[dict[str, Any]]:
        """What waits in the spool, in order."""
        files = sorted(self.spool.iterdir()) if self.spool.is_dir() else []
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]
