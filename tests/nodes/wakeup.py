"""What ends the wait of a worker: a nudge, the end of a process, or the time."""

import contextlib
import os
import select
import socket
from collections.abc import Iterable

from local.process import Process


class Wakeup:
    def __init__(self) -> None:
        # Not an eventfd: these close themselves when the worker is forgotten.
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.setblocking(False)

    def nudge(self) -> None:
        # Full only where nobody has read for long, who is then awake or gone.
        with contextlib.suppress(BlockingIOError):
            self._wake.send(b".")

    def wait(self, processes: Iterable[Process], seconds: float) -> None:
        poll = select.poll()
        poll.register(self._woken, select.POLLIN)
        with contextlib.ExitStack() as handles:
            for process in processes:
                try:
                    handle = os.pidfd_open(process.pid)
                except ProcessLookupError:
                    return  # it has just ended
                handles.callback(os.close, handle)
                poll.register(handle, select.POLLIN)
            poll.poll(max(seconds, 0.0) * 1000)
        with contextlib.suppress(BlockingIOError):
            self._woken.recv(4096)
