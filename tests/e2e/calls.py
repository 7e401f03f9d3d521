"""The emulator's call log: what was asked of AWS, by whom, in which order."""

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests

from e2e.loopback import HTTP

GOLDEN = Path(__file__).with_name("golden")

# What differs from run to run, and what stands for it.
_VARIABLE = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "KEY"),
    (re.compile(r"-[0-9a-f]{8}(?=$|-dlq|/|\s)"), "-HASH"),
    (re.compile(r"/cloister/\d{12}/[a-z0-9-]+/drift/\S+"), "/cloister/RECORD"),
)


@dataclass(frozen=True)
class Call:
    service: str
    operation: str
    resource: str
    status: int
    mutating: bool
    caller: str

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Self:
        names = ("service", "operation", "resource", "status", "mutating", "caller")
        return cls(*(entry[name] for name in names))

    @property
    def by_operator(self) -> bool:
        roles = ("/CloisterProvisioner/", "/CloisterAudit/", "/cloister-operator/")
        return any(role in self.caller for role in roles)

    @property
    def changes(self) -> bool:
        """Whether it changed something, or may have: what AWS refused did not, and a record of a difference is none."""
        is_record = self.operation == "PutObject" and "/cloister/" in self.resource
        return self.mutating and not is_record and self.status < requests.codes.bad_request

    @property
    def line(self) -> str:
        resource = self.resource
        for pattern, name in _VARIABLE:
            resource = pattern.sub(name, resource)
        failed = f" [{self.status}]" if self.status >= requests.codes.bad_request else ""
        return f"{self.service} {self.operation} {resource}".rstrip() + failed


class CallLog:
    def __init__(self, control: str) -> None:
        self._control = control

    def mark(self, text: str) -> int:
        """A point in time; `since` answers what came after it."""
        answer = HTTP.post(f"{self._control}/marker", json={"text": text}, timeout=10)
        return int(answer.json()["n"])

    def since(self, mark: int) -> list[Call]:
        """The operator's calls since then, oldest first."""
        answer = HTTP.get(f"{self._control}/calls", params={"since": mark}, timeout=10)
        entries = [e for e in answer.json()["calls"] if e["service"] != "_emulator"]
        return [call for call in map(Call.of, entries) if call.by_operator]

    def violations(self) -> list[str]:
        """Which invariants a call has broken; asking forgets them, so each is told once."""
        found = HTTP.get(f"{self._control}/violations", timeout=10).json()["violations"]
        if found:
            # Only then: clearing also forgets what is in drift.
            HTTP.delete(f"{self._control}/violations", timeout=10)
        return [f"{v['rule']}: {v['operation']} {v['resource']}: {v['detail']}" for v in found]


def rendered(calls: Iterable[Call]) -> str:
    """As text that is the same in each run, although calls go side by side.

    Writes in their order for each resource; reads sorted, since nothing hangs on theirs.
    """
    calls = list(calls)
    lines = ["# writes, in order for each resource"]
    for resource in sorted({call.resource for call in calls if call.mutating}):
        lines += [c.line for c in calls if c.mutating and c.resource == resource]
    lines.append("# reads")
    reads = Counter(call.line for call in calls if not call.mutating)
    lines += [f"{line} x{n}" if n > 1 else line for line, n in sorted(reads.items())]
    return "\n".join(lines) + "\n"


def check_golden(name: str, text: str) -> None:
    """A change of calls shows in review. To accept one: UPDATE_GOLDEN=1 make e2e."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text)
    expected = file.read_text() if file.exists() else ""
    assert text == expected, f"other calls than in {file.name}; see UPDATE_GOLDEN"
