"""Waits for AWS, which tells of no change by itself; what Kubernetes tells is watched."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# The machine has two cores: asking more often would slow down what is waited for.
_PAUSE = 0.1
# What a test says is for a machine with nothing else to do; the rest is for one that builds and runs other tests.
SLACK = 3.0


def until(
    what: str,
    look: Callable[[], T],
    holds: Callable[[T], bool] = bool,
    timeout: float = 30.0,
) -> T:
    """The first thing seen that holds; fails with the last one seen."""
    timeout *= SLACK
    deadline = time.monotonic() + timeout
    while True:
        seen = look()
        if holds(seen):
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:.0f} s: {what}; last seen: {seen!r}")
        time.sleep(_PAUSE)
