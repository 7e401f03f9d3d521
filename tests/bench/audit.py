"""What the API server's audit log tells of the operator: when it asked for each Job, and how many requests it took."""

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from e2e.operator import USER
from local.controlplane import ControlPlane

_JOB_CONTROLLER = "system:serviceaccount:kube-system:job-controller"


@dataclass(frozen=True)
class Start:
    """A Job that the operator asked for."""

    job: str
    # When the request reached the API server, in seconds since the epoch.
    at: float
    # What the worker is told.
    told: dict[str, Any]

    @property
    def pipeline(self) -> tuple[str, str]:
        return self.told["tenant"], self.told["pipeline"]

    @property
    def due(self) -> float:
        """The slot that it is for."""
        return seconds(self.told["interval"]["end"])

    @property
    def keys(self) -> list[str]:
        return [each["key"] for each in self.told["inputs"]]


@dataclass(frozen=True)
class Request:
    line: str
    # When it reached the API server, and when that had answered.
    start: float
    end: float


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def starts(control_plane: ControlPlane, since: float) -> list[Start]:
    """Oldest first."""
    made = (e for e in _of(control_plane, USER, since) if e["verb"] == "create" and _is(e, "jobs"))
    found = [_start(event) for event in made if event["responseStatus"]["code"] == 201]
    return sorted(found, key=lambda start: start.at)


def _start(event: dict[str, Any]) -> Start:
    job = event["requestObject"]
    env = {each["name"]: each["value"] for each in job["spec"]["template"]["spec"]["containers"][0]["env"]}
    at = seconds(event["requestReceivedTimestamp"])
    return Start(job["metadata"]["name"], at, json.loads(env["CLOISTER_RUN"]))


def ends(control_plane: ControlPlane, since: float) -> dict[str, float]:
    """When the Job controller said of each Job that it has ended."""
    found: dict[str, float] = {}
    for event in _of(control_plane, _JOB_CONTROLLER, since):
        if event["verb"] == "update" and _is(event, "jobs", "status"):
            conditions = event["requestObject"].get("status", {}).get("conditions") or []
            if any(c["type"] in ("Complete", "Failed") and c["status"] == "True" for c in conditions):
                found.setdefault(event["objectRef"]["name"], seconds(event["requestReceivedTimestamp"]))
    return found


def requests(control_plane: ControlPlane, since: float, until: float) -> list[Request]:
    """The operator's; a watch is none."""
    found = []
    for event in _of(control_plane, USER, since):
        start = seconds(event["requestReceivedTimestamp"])
        if event["verb"] != "watch" and start < until:
            of = event.get("objectRef", {})
            what = "/".join(part for part in (of.get("resource"), of.get("subresource")) if part)
            line = f"{event['verb']} {what}"
            found.append(Request(line, start, seconds(event["stageTimestamp"])))
    return sorted(found, key=lambda request: request.start)


class Idle:
    """How long the API server had next to nothing to do for the operator, which so was late by itself."""

    def __init__(self, found: Iterable[Request], cores: int) -> None:
        """Idle is where fewer requests than cores are being answered."""
        changes = sorted(change for r in found for change in ((r.start, 1), (r.end, -1)))
        self._times, self._idle = [0.0], [0.0]
        self._goes_on = [1]
        under_way = 0
        for at, change in changes:
            self._idle.append(self._until(at))
            self._times.append(at)
            under_way += change
            self._goes_on.append(int(under_way < cores))

    def between(self, begin: float, end: float) -> float:
        return self._until(end) - self._until(begin)

    def _until(self, at: float) -> float:
        n = bisect_right(self._times, at) - 1
        return self._idle[n] + self._goes_on[n] * (at - self._times[n])


def counted(found: Iterable[Request], per: int) -> str:
    """How many of each per run, the most first."""
    counts = Counter(request.line for request in found)
    return ", ".join(f"{line} {n / per:.1f}" for line, n in counts.most_common(8))


def _of(control_plane: ControlPlane, user: str, since: float) -> Iterator[dict[str, Any]]:
    for event in control_plane.audit():
        if event["user"]["username"] == user and seconds(event["requestReceivedTimestamp"]) >= since:
            yield event


def _is(event: dict[str, Any], resource: str, sub: str = "") -> bool:
    of = event.get("objectRef", {})
    return (of.get("resource"), of.get("subresource", "")) == (resource, sub)
