"""`python -S -m nodes.shim DIRECTORY`: runs the process of one container and writes down how it ended.

It outlives the agent, so that no exit code is lost. The files in the directory, each whole or not there:
  spec.json     what to run, written by the agent
  shim.json     {pid, birth} of this process
  started.json  {pid, birth, started_at} of the container's process; from then on it runs
  exit.json     {code, started_at, finished_at}, with a reason and message if it never ran
"""

import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

from local.process import birth_of
from nodes.shim import linux
from nodes.shim.become import become

# As containerd says it.
_NEVER_RAN = 128


def main() -> None:
    directory = Path(sys.argv[1])
    # Those who end the agent with its process group do not mean containers.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _write(directory / "shim.json", {"pid": os.getpid(), "birth": birth_of(os.getpid())})
    spec = json.loads((directory / "spec.json").read_text())
    began = time.time()
    try:
        pid = _start(spec, directory)
    except OSError as error:
        told = {"code": _NEVER_RAN, "reason": "StartError", "message": error.strerror or str(error)}
        _write(directory / "exit.json", told | {"started_at": began, "finished_at": time.time()})
        return
    birth = birth_of(pid) or "gone"
    _write(directory / "started.json", {"pid": pid, "birth": birth, "started_at": began})
    code = _wait(pid, spec["owner"])
    _write(directory / "exit.json", {"code": code, "started_at": began, "finished_at": time.time()})


def _start(spec: dict[str, Any], directory: Path) -> int:
    """The process id, once the program runs; raises with what went wrong before."""
    scratch = directory / "root"
    scratch.mkdir(exist_ok=True)
    log = os.open(spec["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    linux.unshare(linux.CLONE_NEWPID)
    # Closed by the exec that succeeds; otherwise it brings the reason.
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            _die_with_shim(writing)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            become(spec, scratch, log)
        except BaseException as error:
            text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            os.write(writing, text.encode())
        os._exit(_NEVER_RAN)
    os.close(writing)
    os.close(log)
    with os.fdopen(reading) as pipe:
        trouble = pipe.read()
    if trouble:
        os.waitpid(pid, 0)
        raise OSError(trouble)
    return pid


def _die_with_shim(pipe: int) -> None:
    linux.die_with_parent(signal.SIGKILL)
    poll = select.poll()
    poll.register(pipe, 0)
    if poll.poll(0):  # it died before the call above
        os._exit(_NEVER_RAN)


def _wait(pid: int, owner: list[Any] | None) -> int:
    """The exit code as Kubernetes has it; the container ends with the platform's owner, where it has one."""
    poll = select.poll()
    poll.register(os.pidfd_open(pid), select.POLLIN)
    if owner is not None:
        try:
            poll.register(os.pidfd_open(owner[0]), select.POLLIN)
            gone = birth_of(owner[0]) != owner[1]
        except ProcessLookupError:
            gone = True
        if gone:
            os.kill(pid, signal.SIGKILL)
    poll.poll()
    if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _write(path: Path, content: dict[str, Any]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content))
    fresh.replace(path)


if __name__ == "__main__":
    main()
