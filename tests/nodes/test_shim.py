"""A container's process on this machine, without any control plane."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.nodes import Nodes
from local.process import birth_of
from local.processes import Processes
from local.waiting import wait_for
from nodes.attempt import Attempt, Ended, Running, kill_below
from nodes.leftovers import memory_of


class Shims:
    """Starts containers of one test and ends them with it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._made = 0

    def start(self, *command: str, **changes: Any) -> Attempt:
        self._made += 1
        attempt = Attempt(self.directory / "containers" / "main" / str(self._made))
        attempt.directory.mkdir(parents=True)
        spec = {
            "args": list(command),
            "env": {"PATH": "/usr/bin:/bin"},
            "cwd": "/",
            "uid": 0,
            "gid": 0,
            "groups": [],
            "hostname": "a-pod",
            "read_only": False,
            "no_new_privileges": True,
            "capabilities": [],
            "visible": [],
            "mounts": [],
            "log": str(attempt.directory / "log"),
            "owner": None,
        }
        attempt.launch(spec | changes)
        return attempt


@pytest.fixture
def shims(tmp_path: Path) -> Any:
    yield Shims(tmp_path)
    kill_below(tmp_path)


def _ended(attempt: Attempt) -> Ended:
    wait_for("the end of the container", lambda: isinstance(attempt.state(), Ended), timeout=20)
    state = attempt.state()
    assert isinstance(state, Ended)
    return state


def _running(attempt: Attempt) -> Running:
    wait_for("the container", lambda: isinstance(attempt.state(), Running), timeout=20)
    state = attempt.state()
    assert isinstance(state, Running)
    return state


def _log(attempt: Attempt) -> str:
    return (attempt.directory / "log").read_text()


def test_the_exit_code_is_kept(shims: Shims) -> None:
    ended = _ended(shims.start("sh", "-c", "exit 42"))
    assert (ended.code, ended.reason) == (42, "Error")
    assert _ended(shims.start("true")).reason == "Completed"


def test_a_signal_is_an_exit_code_over_128(shims: Shims) -> None:
    attempt = shims.start("sleep", "600")
    _running(attempt).process.kill()
    assert _ended(attempt).code == 137


def test_the_first_process_of_a_container_gets_no_signal_that_it_does_not_catch(shims: Shims) -> None:
    deaf = shims.start("sleep", "600")
    _running(deaf).process.send(signal.SIGTERM)
    hears = shims.start("sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done")
    process = _running(hears).process
    wait_for("its trap", lambda: "ready" in _log(hears))
    process.send(signal.SIGTERM)
    assert _ended(hears).code == 7
    assert isinstance(deaf.state(), Running)


def test_all_processes_of_a_container_end_with_its_first(shims: Shims, tmp_path: Path) -> None:
    mount = {"source": str(tmp_path), "target": "/out", "read_only": False}
    script = "setsid sh -c 'while :; do date +%N > /out/alive; sleep 0.05; done' & sleep 1"
    assert _ended(shims.start("sh", "-c", script, mounts=[mount])).code == 0
    before = (tmp_path / "alive").read_text()
    with pytest.raises(Exception, match="Gave up"):
        wait_for("a sign of life", lambda: (tmp_path / "alive").read_text() != before, timeout=0.5)


def test_a_program_that_is_not_there_is_a_start_error(shims: Shims) -> None:
    ended = _ended(shims.start("no-such-program"))
    assert (ended.code, ended.reason) == (128, "StartError")
    assert ended.message == 'exec: "no-such-program": executable file not found in $PATH'


def test_mounts_are_where_the_pod_says_and_nowhere_else(shims: Shims, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    (given / "file").write_text("content")
    target = "/var/run/secrets/kubernetes.io/serviceaccount"
    attempt = shims.start(
        "sh",
        "-c",
        f"cat {target}/file; touch {target}/new",
        mounts=[{"source": str(given), "target": target, "read_only": True}],
    )
    assert _ended(attempt).code == 1
    assert _log(attempt).startswith("content")
    assert "Read-only file system" in _log(attempt)
    assert not Path(target).exists()


def test_a_read_only_root_leaves_only_mounts_to_write_to(shims: Shims, tmp_path: Path) -> None:
    mounts = [{"source": str(tmp_path), "target": "/data", "read_only": False}]
    attempt = shims.start("sh", "-c", "touch /data/x; touch /tmp/y", mounts=mounts, read_only=True)
    assert _ended(attempt).code == 1
    assert (tmp_path / "x").exists()
    assert "'/tmp/y': Read-only file system" in _log(attempt)


def test_what_a_container_writes_to_its_root_is_its_own(shims: Shims) -> None:
    assert _ended(shims.start("sh", "-c", 'echo x > /etc/cloister-was-here && test -z "$(ls /tmp)"')).code == 0
    assert not Path("/etc/cloister-was-here").exists()


def test_another_user_has_no_rights_and_finds_what_the_image_shows(shims: Shims) -> None:
    folders = [sys.prefix, sys.base_prefix, str(Path(sys.executable).parent)]
    told = "import os; print(os.getuid(), os.uname().nodename)"
    attempt = shims.start(sys.executable, "-c", told, visible=folders, uid=65532, gid=65532)
    assert _ended(attempt).code == 0, _log(attempt)
    assert _log(attempt) == "65532 a-pod\n"


def test_a_container_ends_with_its_owner(shims: Shims) -> None:
    with subprocess.Popen(["sleep", "600"]) as owner:
        attempt = shims.start("sleep", "600", owner=[owner.pid, birth_of(owner.pid)])
        _running(attempt)
        owner.kill()
    assert _ended(attempt).code == 137


def test_a_container_whose_shim_is_killed_is_lost_and_says_so(shims: Shims) -> None:
    attempt = shims.start("sleep", "600")
    process = _running(attempt).process
    shim = attempt.shim()
    assert shim is not None
    shim.kill()
    wait_for("its end with the shim", lambda: not process.alive())
    found = Attempt(attempt.directory)
    assert _ended(found).reason == "ContainerStatusUnknown"
    assert _ended(found).code == 137


def test_another_agent_finds_a_container_again(shims: Shims) -> None:
    attempt = shims.start("sh", "-c", "sleep 1; exit 5")
    process = _running(attempt).process
    again = Attempt(attempt.directory)
    assert _running(again).process == process
    assert _ended(again).code == 5


def test_no_container_is_left_below_a_folder_after_its_machine_lost_power(shims: Shims, tmp_path: Path) -> None:
    processes = [_running(shims.start("sh", "-c", "trap '' TERM; sleep 600")).process for _ in range(3)]
    assert kill_below(tmp_path) == 3
    assert not any(process.alive() for process in processes)


def test_a_platform_that_stops_leaves_nothing_of_an_agent_that_was_killed(tmp_path: Path) -> None:
    pod = tmp_path / "nodes" / "ip-10-0-0-1.ec2.internal" / "default_a-pod_b4b3"
    in_memory = memory_of("b4b3")
    in_memory.mkdir()
    process = _running(Shims(pod).start("sleep", "600")).process
    Nodes(tmp_path, Processes(tmp_path)).clear()
    assert not process.alive()
    assert not in_memory.exists()
    assert list(tmp_path.iterdir()) == []
