"""Careless acts, and how long each of them lasts."""

import time
from dataclasses import dataclass

from e2e.careless import Act, Target

# Between two looks of ours: they must cost less than what they measure.
_PAUSE = 0.1


@dataclass
class Mishap:
    act: Act
    before: object
    at: float
    # From the act until an independent look shows it as before.
    seconds: float = float("inf")

    @property
    def is_mended(self) -> bool:
        return self.seconds != float("inf")


def happen(acts: list[Act], target: Target, patience: float) -> list[Mishap]:
    """Does them all, one right after the other, and looks until they are undone."""
    mishaps = []
    for act in acts:
        before = act.read(target)
        act.do(target)
        mishaps.append(Mishap(act, before, time.monotonic()))
    deadline = time.monotonic() + patience
    while (left := [m for m in mishaps if not m.is_mended]) and time.monotonic() < deadline:
        for mishap in left:
            if mishap.act.is_undone(target, mishap.before):
                mishap.seconds = time.monotonic() - mishap.at
        time.sleep(_PAUSE)
    return mishaps
