"""One start of one container: a directory, and the shim that runs there. All state is in its files."""

import contextlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.process import Process

_TESTS = Path(__file__).resolve().parent.parent
# How long a shim may take to say its name before it counts as never started.
_SHIM_SECONDS = 10.0
KILLED = 137


@dataclass(frozen=True)
class Running:
    process: Process
    started_at: float


@dataclass(frozen=True)
class Ended:
    code: int
    reason: str
    message: str
    started_at: float
    finished_at: float


class Attempt:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.number = int(directory.name)
        # Only who started it has it; it must reap, or a dead child seems to live on.
        self._child: subprocess.Popen[bytes] | None = None
        self._ended_as: Ended | None = None

    @property
    def termination_file(self) -> Path:
        return self.directory / "termination-log"

    def launch(self, spec: dict[str, Any]) -> None:
        write(self.directory / "spec.json", spec)
        # Without site packages it starts in a third of the time and memory.
        command = [sys.executable, "-S", "-m", "nodes.shim", str(self.directory)]
        with (self.directory / "shim.log").open("ab") as output:
            self._child = subprocess.Popen(
                command,
                cwd="/",
                env={"PYTHONPATH": str(_TESTS), "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def spec(self) -> dict[str, Any]:
        return _read(self.directory / "spec.json") or {}

    def state(self) -> Running | Ended | None:
        """None while it is starting."""
        if self._ended_as is None:
            return self._look()
        return self._ended_as

    def _look(self) -> Running | Ended | None:
        shim = self.shim()
        # Before the file is looked for: a shim that is dead writes nothing more.
        dead = not shim.alive() if shim else self._never_came()
        if ended := _read(self.directory / "exit.json"):
            return self._ended(ended)
        if dead:
            return self._lost()
        started = _read(self.directory / "started.json")
        if started is None:
            return None
        return Running(Process("container", started["pid"], started["birth"]), started["started_at"])

    def shim(self) -> Process | None:
        told = _read(self.directory / "shim.json")
        return Process("shim", told["pid"], told["birth"], self._child) if told else None

    def kill(self) -> None:
        """As when the machine loses its power: nobody is left to write down an exit code."""
        if self._child is not None:
            # Also one that has not said its name yet.
            self._child.kill()
            self._child.wait()
        if shim := self.shim():
            shim.kill()
        if (started := _read(self.directory / "started.json")) and not (self.directory / "exit.json").exists():
            Process("container", started["pid"], started["birth"]).kill()

    def _never_came(self) -> bool:
        if self._child is not None:
            return self._child.poll() is not None
        with contextlib.suppress(FileNotFoundError):
            return time.time() - (self.directory / "spec.json").stat().st_mtime > _SHIM_SECONDS
        return True

    def _ended(self, told: dict[str, Any]) -> Ended:
        code, message = told["code"], told.get("message", "")
        reason = told.get("reason") or ("Completed" if code == 0 else "Error")
        self._ended_as = Ended(code, reason, message, told["started_at"], told["finished_at"])
        return self._ended_as

    def _lost(self) -> Ended:
        """What kubelet says of a container that it cannot find again."""
        at = (_read(self.directory / "started.json") or {}).get("started_at", time.time())
        message = "The container could not be located when the pod was terminated: its process is gone"
        told = {"code": KILLED, "reason": "ContainerStatusUnknown", "message": message}
        write(self.directory / "exit.json", told | {"started_at": at, "finished_at": time.time()})
        return self._ended(_read(self.directory / "exit.json") or {})


def kill_below(directory: Path) -> int:
    """Ends all containers whose files are there; how many attempts it looked at."""
    attempts = [path.parent for path in directory.glob("**/containers/*/*/spec.json")]
    for path in attempts:
        Attempt(path).kill()
    return len(attempts)


def write(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all, and only for root: an environment may hold secrets."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file)
    fresh.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return content
