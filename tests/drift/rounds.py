"""Flips in rounds: one field of each thing at a time, so that they are independent and it is still quick."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from e2e.cluster import RefusedError
from e2e.sql import SqlRefused
from e2e.waiting import until

Fields = dict[str, list[str]]

_TRIES = 5
_PAUSE = 0.5


@dataclass
class Rounds:
    flip: Callable[[str, str], None]
    look: Callable[[str], Any]
    # Has everything looked at.
    poke: Callable[[], None]
    # AWS, Redshift or the API server refuses the flip, to everybody: it cannot drift.
    is_refused: Callable[[str, str], bool]
    # May be mended before anybody has looked.
    is_watched: Callable[[str], bool] = lambda thing: False
    patience: float = 60.0
    before: dict[str, Any] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def run(self, todo: Fields) -> list[str]:
        """What was not as it should be: left as it was flipped, or not flipped at all."""
        self.before = {thing: self.look(thing) for thing in todo}
        left = {thing: list(paths) for thing, paths in todo.items()}
        while any(left.values()):
            flipped = [(thing, paths.pop()) for thing, paths in left.items() if paths]
            flipped = [(thing, path) for thing, path in flipped if self._flips(thing, path)]
            self.poke()
            for thing, path in flipped:
                if not self._is_mended(thing, path):
                    # What is flipped next would be found in another state.
                    left[thing] = []
        return self.complaints

    def _flips(self, thing: str, path: str) -> bool:
        # Passes that still mend what was flipped before may mend it before anybody has looked: they come to rest.
        for attempt in range(_TRIES):
            time.sleep(attempt * _PAUSE)
            try:
                self.flip(thing, path)
            except (ClientError, RefusedError, SqlRefused) as error:
                if not self.is_refused(thing, path):
                    self.complaints.append(f"{thing} {path}: {error}")
                return False
            if self.is_watched(thing) or self.look(thing) != self.before[thing]:
                return True
        self.complaints.append(f"{thing} {path}: the flip changed nothing")
        return False

    def _is_mended(self, thing: str, path: str) -> bool:
        try:
            until(
                f"{thing} {path} is as before",
                lambda: self.look(thing),
                lambda now: bool(now == self.before[thing]),
                timeout=self.patience,
            )
        except AssertionError:
            self.complaints.append(f"{thing} {path} was left: {differing(self.before[thing], self.look(thing))}")
            return False
        return True


def differing(before: Any, now: Any) -> str:
    """The parts that are not as before, cut to what fits a line."""
    if isinstance(before, dict) and isinstance(now, dict):
        return "; ".join(
            f"{k}: {str(before.get(k))[:150]} -> {str(now.get(k))[:150]}"
            for k in before | now
            if before.get(k) != now.get(k)
        )
    return f"{str(before)[:200]} -> {str(now)[:200]}"
