import os
import signal
import subprocess
import sys
from pathlib import Path

from local.process import Process, spawn
from local.waiting import wait_for

_DRIVER = """
import sys, time
from pathlib import Path
from local.process import spawn
child = spawn("sleep", ["sleep", "600"], Path(sys.argv[1]))
print(child.pid, child.birth, flush=True)
time.sleep(600)
"""
_DEAF = "trap '' TERM; echo deaf; while :; do sleep 0.05; done"
_ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}


def test_a_process_dies_with_its_driver(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _DRIVER, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_ENVIRONMENT) as driver:
        assert driver.stdout is not None
        pid, birth = driver.stdout.readline().split()
        child = Process("sleep", int(pid), birth)
        assert child.alive()
        driver.kill()
    wait_for("the child's death", lambda: not child.alive(), timeout=5)


def test_a_deaf_process_is_killed_after_its_grace(tmp_path: Path) -> None:
    log = tmp_path / "log"
    deaf = spawn("deaf", ["sh", "-c", _DEAF], log)
    wait_for("the trap", lambda: "deaf" in log.read_text())
    deaf.stop(grace=0.2)
    assert not deaf.alive()


def test_a_stranger_with_a_recorded_pid_is_left_alone(tmp_path: Path) -> None:
    stranger = spawn("sleep", ["sleep", "600"], tmp_path / "log")
    Process("etcd", stranger.pid, "another-boot/1").stop()
    assert stranger.alive()
    stranger.stop()


def test_stopping_the_dead_is_no_error(tmp_path: Path) -> None:
    brief = spawn("true", ["true"], tmp_path / "log")
    wait_for("its end", lambda: not brief.alive())
    brief.stop()


def test_a_process_that_is_to_outlive_gets_no_death_signal(tmp_path: Path) -> None:
    script = _DRIVER.replace("Path(sys.argv[1])", "Path(sys.argv[1]), outlive=True")
    script = script.replace("time.sleep(600)", "")
    command = [sys.executable, "-c", script, str(tmp_path / "log")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=_ENVIRONMENT)
    pid, birth = done.stdout.split()
    child = Process("sleep", int(pid), birth)
    assert child.alive()
    os.kill(child.pid, signal.SIGKILL)
