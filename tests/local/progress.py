"""Shows that something slow still goes on."""

import sys
import threading
import time
from types import TracebackType
from typing import Self


class Progress:
    """One line with the elapsed time: redrawn on a terminal, repeated in a log."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._terminal = sys.stdout.isatty()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True)
        self._since = time.monotonic()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        self._print("failed" if error else "done", "\n")

    def _show(self) -> None:
        pause, end = (1.0, "") if self._terminal else (15.0, "\n")
        while not self._done.wait(pause):
            self._print("...", end)

    def _print(self, state: str, end: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._since), 60)
        start = "\r" if self._terminal else ""
        line = f"{start}  {self._label:<26} {minutes}m{seconds:02}s {state:<6}"
        print(line.rstrip(), end=end, flush=True)
