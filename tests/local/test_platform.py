"""The verbs behind `make up` and `make down`, as a person would use them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.processes import Processes

_TESTS = Path(__file__).resolve().parent.parent


class Commands:
    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def run(self, verb: str, *more: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "local", verb, f"--directory={self.directory}", *more]
        environment = os.environ | {"PYTHONPATH": str(_TESTS)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        return done.returncode, done.stdout + done.stderr

    def processes(self) -> Processes:
        recorded = Processes(self.directory)
        recorded.recall()
        return recorded


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[Commands]:
    commands = Commands(tmp_path / "platform")
    yield commands
    commands.run("down")


def test_up_status_and_down_can_be_said_twice(commands: Commands) -> None:
    assert commands.run("status") == (3, "down\n")
    code, told = commands.run("up")
    assert code == 0, told
    assert "is up, after" in told
    assert "already up" in commands.run("up")[1]
    started = list(commands.processes())
    assert len(started) == 7
    assert _after_sourcing(commands, "kubectl get --raw /readyz") == "ok"
    assert _after_sourcing(commands, 'echo "$AWS_REGION"') == "us-east-1"
    assert _after_sourcing(commands, "kubectl cloister --version").startswith("kubectl cloister ")
    assert _after_sourcing(commands, 'echo "$CLOISTER_UPLOAD_API"') == "http://127.0.0.1:9443"
    assert "no such code is waiting" in commands.run("approve", "--code=ABCD-EFGH")[1]
    assert "Stopped" in commands.run("down")[1]
    assert not any(process.alive() for process in started)
    assert "not running" in commands.run("down")[1]
    left = {path.name for path in commands.directory.iterdir()}
    assert left == {"lock", "logs"}


def test_a_half_dead_platform_says_how_to_mend_it(commands: Commands) -> None:
    commands.run("up")
    os.kill(commands.processes()["kube-scheduler"].pid, signal.SIGKILL)
    code, told = commands.run("up")
    assert code == 1
    assert "kube-scheduler has died" in told
    assert "make down && make up" in told
    assert commands.run("down")[0] == 0
    assert commands.run("up")[0] == 0


def _after_sourcing(commands: Commands, line: str) -> str:
    script = f". '{commands.directory / 'env'}' && {line}"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.strip()
