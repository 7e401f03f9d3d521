"""The emulator's call log with times, and the faults that the bench injects."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from e2e.loopback import HTTP

_OPERATOR = ("/CloisterProvisioner/", "/cloister-operator/")


@dataclass(frozen=True)
class Timed:
    service: str
    operation: str
    resource: str
    status: int
    mutating: bool
    # Seconds since the epoch.
    start: float
    end: float

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Self:
        names = ("service", "operation", "resource", "status", "mutating")
        start = float(entry["time"])
        end = start + float(entry["duration_ms"]) / 1000
        return cls(**{name: entry[name] for name in names}, start=start, end=end)

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def line(self) -> str:
        failed = "" if self.status < 400 else f" [{self.status}]"
        return f"{self.service} {self.operation} {self.resource}".rstrip() + failed


class TimedLog:
    def __init__(self, control: str) -> None:
        self.control = control

    def mark(self) -> int:
        answer = HTTP.post(f"{self.control}/marker", json={"text": "bench"}, timeout=30)
        return int(answer.json()["n"])

    def since(self, mark: int, *, everybody: bool = False) -> list[Timed]:
        """The operator's calls since then, or everybody's, in the order in which they began."""
        answer = HTTP.get(f"{self.control}/calls", params={"since": mark}, timeout=60)
        entries = [e for e in answer.json()["calls"] if everybody or _by_operator(e)]
        return sorted((Timed.of(entry) for entry in entries), key=lambda call: call.start)

    @contextmanager
    def latency(self, milliseconds: int) -> Iterator[None]:
        """Each call takes this much longer, as a round trip to AWS would."""
        rule = {"id": "bench-latency", "kind": "latency", "ms": milliseconds}
        HTTP.post(f"{self.control}/faults", json=rule, timeout=10).raise_for_status()
        try:
            yield
        finally:
            HTTP.delete(f"{self.control}/faults", params={"id": "bench-latency"}, timeout=10)


def _by_operator(entry: dict[str, Any]) -> bool:
    return any(part in entry.get("caller", "") for part in _OPERATOR)
