"""The command as a process of a user who has a home of his own."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

_REPOSITORY = Path(__file__).resolve().parent.parent.parent.parent
_TARGET = Path(os.environ.get("CARGO_TARGET_DIR", _REPOSITORY / "target"))
BINARY = Path(os.environ.get("CLOISTER_UPLOAD_BINARY", _TARGET / "debug" / "cloister-upload"))
LONG_ENOUGH = 120


class Run:
    def __init__(self, process: subprocess.CompletedProcess[str]) -> None:
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event.get("event") == kind]

    def succeeded(self) -> "Run":
        assert self.code == 0, f"exit code {self.code}: {self.err}"
        return self

    def failed(self, code: int, *says: str) -> "Run":
        assert self.code == code, f"exit code {self.code}: {self.err}"
        for text in says:
            assert text in self.err, self.err
        assert "panicked" not in self.err
        return self


class Command:
    def __init__(self, home: Path, api: str) -> None:
        self.home = home
        self.files = home / "files"
        self.files.mkdir(parents=True)
        self.environment = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "CLOISTER_UPLOAD_API": api,
            "NO_PROXY": "127.0.0.1",
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
        }

    @property
    def config(self) -> Path:
        return self.home / ".config" / "cloister-upload"

    @property
    def state(self) -> Path:
        return self.home / ".local" / "state" / "cloister-upload"

    def run(self, *arguments: str | Path, given: str | None = None, **environment: str) -> Run:
        command = [str(BINARY), *map(str, arguments)]
        process = subprocess.run(
            command,
            env=self.environment | environment,
            cwd=self.files,
            input=given,
            capture_output=True,
            text=True,
            timeout=LONG_ENOUGH,
            check=False,
        )
        return Run(process)

    def start(self, *arguments: str | Path, stdin: int = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
        command = [str(BINARY), *map(str, arguments)]
        return subprocess.Popen(
            command,
            env=self.environment,
            cwd=self.files,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def log_in(self) -> None:
        self.run("login", "--no-browser").succeeded()

    def write(self, path: str, content: bytes) -> Path:
        found = self.files / path
        found.parent.mkdir(parents=True, exist_ok=True)
        found.write_bytes(content)
        return found
