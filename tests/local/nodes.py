"""The agent of the local nodes as a process: `python -m nodes`, ready when its file is there."""

import os
import shutil
import sys
from pathlib import Path

from local.process import birth_of
from local.processes import Processes
from local.waiting import wait_for
from nodes.leftovers import remove_node

_TESTS = Path(__file__).resolve().parent.parent
_NAME = "nodes"
NEEDS_ROOT = "the local nodes give each container namespaces of its own, which only root may make"


def possible() -> bool:
    return os.geteuid() == 0


class Nodes:
    def __init__(self, directory: Path, processes: Processes) -> None:
        self.directory = directory
        self.processes = processes
        # What images mean; the agent reads it again when it changes.
        self.images = directory / "images.yaml"
        self._ready = directory / "nodes.ready"

    def start(self, *, control: str = "") -> None:
        """With a control plane that stands; `control` is the emulator's, by default the platform's own."""
        self._ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "nodes", f"--directory={self.directory}"]
        if control:
            command.append(f"--control={control}")
        if not self.processes.outlive:
            command += ["--owner", str(os.getpid()), birth_of(os.getpid()) or ""]
        self.processes.start(_NAME, command, os.environ | {"PYTHONPATH": str(_TESTS)})
        self._wait()

    def restart(self) -> None:
        """Kills the agent, which its containers survive, and starts it again."""
        self.processes[_NAME].kill()
        self._ready.unlink(missing_ok=True)
        self.processes.start_again(_NAME)
        self._wait()

    def clear(self) -> None:
        """When all processes are stopped: an agent that was killed has left its containers."""
        home = self.directory / "nodes"
        for folder in home.iterdir() if home.exists() else []:
            remove_node(folder)
        shutil.rmtree(home, ignore_errors=True)
        for file in (self._ready, self.images):
            file.unlink(missing_ok=True)

    def _wait(self) -> None:
        wait_for("the local nodes", self._ready.exists, still_alive=lambda: self.processes.check(_NAME))
