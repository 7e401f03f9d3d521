"""Plain aligned text: as readable in the log of a build as in a terminal."""

import time

_WIDTH = 84


def heading(text: str) -> None:
    print(f"\n{text}", flush=True)


def plain(text: str) -> None:
    print(text, flush=True)


def line(text: str, seconds: float) -> None:
    plain(f"  {shortened(text, _WIDTH):<{_WIDTH}} {seconds:6.1f} s")


def shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


class Clock:
    """Lines with the time since the one before."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def line(self, text: str) -> None:
        now = time.monotonic()
        line(text, now - self._since)
        self._since = now
