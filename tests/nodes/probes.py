"""httpGet probes, asked as kubelet asks them; other probes are `unsupported`.

https://kubernetes.io/docs/concepts/workloads/pods/probes/
"""

import signal
import time
from dataclasses import dataclass, field
from typing import Any

import requests

from nodes.api import Object
from nodes.attempt import Running

_LONG = 3600.0


@dataclass
class _Probe:
    url: str
    spec: Object
    # Until a readiness probe has answered, the answer is no.
    passes: bool
    due: float = 0.0
    # In a row, of the kind that `passes` is not.
    others: int = 0

    def step(self, began: float) -> float:
        """Asks if it is time to; how many seconds until it is again."""
        now = time.time()
        self.due = self.due or began + float(self.spec.get("initialDelaySeconds", 0))
        if now >= self.due:
            self._judge(_answers(self.url, float(self.spec.get("timeoutSeconds", 1))))
            self.due = now + float(self.spec.get("periodSeconds", 10))
        return max(self.due - time.time(), 0.0)

    def _judge(self, good: bool) -> None:
        self.others = 0 if good == self.passes else self.others + 1
        threshold = self.spec.get("successThreshold", 1) if good else self.spec.get("failureThreshold", 3)
        if self.others >= threshold:
            self.passes, self.others = good, 0


@dataclass
class Probes:
    """Of one attempt at a container."""

    container: Object
    address: str
    _readiness: _Probe | None = field(init=False)
    _liveness: _Probe | None = field(init=False)
    _kill_at: float = 0.0

    def __post_init__(self) -> None:
        self._readiness = self._made("readinessProbe", passes=False)
        self._liveness = self._made("livenessProbe", passes=True)

    @property
    def ready(self) -> bool:
        return self._readiness is None or self._readiness.passes

    def step(self, running: Running, grace: float) -> float:
        """How many seconds until there is more to do; `grace` has one that no longer lives."""
        asked = [probe.step(running.started_at) for probe in (self._readiness, self._liveness) if probe]
        if self._liveness and not self._liveness.passes:
            asked.append(self._end(running, grace))
        return min(asked, default=_LONG)

    def _end(self, running: Running, grace: float) -> float:
        now = time.time()
        if not self._kill_at:
            self._kill_at = now + grace
            running.process.send(signal.SIGTERM)
        elif now >= self._kill_at:
            running.process.send(signal.SIGKILL)
        return max(self._kill_at - now, 0.1)

    def _made(self, name: str, *, passes: bool) -> _Probe | None:
        spec: dict[str, Any] | None = self.container.get(name)
        if not spec or "httpGet" not in spec:
            return None
        get = spec["httpGet"]
        named = {port.get("name"): port["containerPort"] for port in self.container.get("ports", [])}
        port = named.get(get["port"], get["port"])
        return _Probe(f"http://{self.address}:{port}{get.get('path', '/')}", spec, passes)


def _answers(url: str, timeout: float) -> bool:
    try:
        answer = requests.get(url, timeout=timeout, allow_redirects=False)
    except requests.RequestException:
        return False
    return 200 <= answer.status_code < 400  # as kubelet judges
