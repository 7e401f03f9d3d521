"""One process of the platform, known by more than its pid."""

import ctypes
import os
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.errors import PlatformError

_PR_SET_PDEATHSIG = 1
# Loaded here, as a forked child must not load libraries.
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Process:
    name: str
    pid: int
    # Boot and start time: a pid alone may have passed to a stranger since.
    birth: str
    # Only the parent has it; it must reap, or a dead child seems to live on.
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def alive(self) -> bool:
        if self.child is not None:
            return self.child.poll() is None
        return birth_of(self.pid) == self.birth

    def stop(self, grace: float = 5.0) -> None:
        """Asks, waits, then kills."""
        if not self._signal_and_wait(signal.SIGTERM, grace):
            self.kill()

    def send(self, number: signal.Signals) -> None:
        """Sends it without waiting for anything; no error where the process is gone."""
        self._signal_and_wait(number, 0)

    def kill(self) -> None:
        if not self._signal_and_wait(signal.SIGKILL, 10.0):
            raise PlatformError(f"{self.name} (pid {self.pid}) survived SIGKILL.")

    def _signal_and_wait(self, number: signal.Signals, timeout: float) -> bool:
        try:
            # A pidfd pins the process, so the check below cannot go stale.
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            if not self.alive():
                return True
            signal.pidfd_send_signal(handle, number)
            gone = bool(select.select([handle], [], [], timeout)[0])
        finally:
            os.close(handle)
        if gone and self.child is not None:
            self.child.wait()
        return gone


def spawn(
    name: str,
    command: Sequence[str],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    outlive: bool = False,
) -> Process:
    """Starts a process that dies with this one, unless it is to outlive it.

    Call it from a thread that lasts: Linux takes the end of the thread that
    started a child for the death of its parent.
    """
    parent = os.getpid()

    def die_with_parent() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)

    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            # Ctrl-C at the terminal is for the driver, which then stops the rest.
            start_new_session=True,
            preexec_fn=None if outlive else die_with_parent,
        )
    return Process(name, child.pid, birth_of(child.pid) or "gone", child)


def birth_of(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name, in parentheses, may hold spaces: count from behind it.
    fields = stat.rpartition(")")[2].split()
    state, started = fields[0], fields[19]
    if state in "ZX":
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{started}"
