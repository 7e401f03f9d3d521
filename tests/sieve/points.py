"""Each request to the API server in the life of something, named so that it can be met again in another's life."""

import os
import signal
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sieve.rig import SieveRig
from sieve.wire import Message


@dataclass(frozen=True)
class Point:
    """The nth request of its kind in a life."""

    method: str
    path: str
    nth: int

    def __str__(self) -> str:
        return f"{self.method} {self.path} #{self.nth}"


@dataclass
class Life:
    name: str
    # Where the operator dies.
    until: Point | None = None
    points: list[Point] = field(default_factory=list)
    met: Counter[tuple[str, str]] = field(default_factory=Counter)
    died: bool = False

    def kind(self, request: Message) -> str:
        """The request's path without what is this life's own; empty if it is about something else."""
        raise NotImplementedError

    def sees(self, request: Message) -> bool:
        """Whether it is the one at which the operator is to die."""
        if not (kind := self.kind(request)):
            return False
        self.met[request.method, kind] += 1
        self.points.append(Point(request.method, kind, self.met[request.method, kind]))
        return self.points[-1] == self.until


def kill(rig: SieveRig, lives: Iterable[Life], request: Message) -> None:
    """The request was carried out, and the operator does not hear of it."""
    for life in lives:
        if life.sees(request) and not life.died:
            life.died = True
            os.kill(rig.world.operator.pid, signal.SIGKILL)


def missed(lives: Iterable[Life]) -> list[Point]:
    return [life.until for life in lives if life.until and not life.died]
