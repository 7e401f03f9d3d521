"""Waits for a condition by asking for it."""

import time
from collections.abc import Callable

from local.errors import PlatformError


def wait_for(
    what: str,
    ready: Callable[[], bool],
    *,
    still_alive: Callable[[], None] = lambda: None,
    timeout: float = 60.0,
) -> None:
    """`still_alive` raises when waiting has become pointless."""
    deadline = time.monotonic() + timeout
    while not ready():
        still_alive()
        if time.monotonic() > deadline:
            raise PlatformError(f"Gave up waiting for {what} after {timeout:.0f} s.")
        time.sleep(0.02)
