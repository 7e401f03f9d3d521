"""One container of one pod: its attempts so far, what it waits for, and when it may be tried again."""

from dataclasses import dataclass
from pathlib import Path

from nodes.api import Object
from nodes.attempt import Attempt, Ended, Running
from nodes.probes import Probes

# kubelet's: doubled with each restart, forgotten after a good while of running.
_BACK_OFF = 10.0
_BACK_OFF_MOST = 300.0
_FORGOTTEN = 600.0
_AGAIN = 2.0
_LONG = 3600.0


@dataclass(frozen=True)
class Waiting:
    reason: str
    message: str = ""


class Container:
    def __init__(self, spec: Object, directory: Path, address: str, *, init: bool) -> None:
        self.spec = spec
        self.init = init
        self.name: str = spec["name"]
        self._directory = directory / self.name
        folders = self._directory.iterdir() if self._directory.exists() else []
        numbers = sorted(int(path.name) for path in folders if (path / "spec.json").exists())
        self.attempts = [Attempt(self._directory / str(number)) for number in numbers]
        # None: it runs, or has ended and will not be started again.
        self.waiting: Waiting | None = None if self.attempts else Waiting("ContainerCreating")
        # As it was at the last look, so that one pass sees one state.
        self.state: Running | Ended | None = None
        # Not before this moment is an image looked for or a configuration read again.
        self.again_at = 0.0
        self.pulls = 0
        self._address = address
        self._probes = Probes(spec, address)

    @property
    def latest(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    @property
    def restarts(self) -> int:
        return max(len(self.attempts) - 1, 0)

    @property
    def has_run(self) -> bool:
        """At any time until now."""
        return self.state is not None or self.restarts > 0

    @property
    def starting(self) -> bool:
        return self.latest is not None and self.state is None

    def look(self) -> None:
        self.state = self.latest.state() if self.latest else None

    @property
    def ready(self) -> bool:
        return self.running() is not None and self._probes.ready

    def probe(self, grace: float) -> float:
        """Asks what is due; how many seconds until more is."""
        running = self.running()
        return self._probes.step(running, grace) if running else _LONG

    def running(self) -> Running | None:
        return self.state if isinstance(self.state, Running) else None

    def ended(self) -> Ended | None:
        return self.state if isinstance(self.state, Ended) else None

    def next_attempt(self) -> Attempt:
        """Its directory is not made yet."""
        return Attempt(self._directory / str(len(self.attempts)))

    def launched(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        self.waiting = self.state = None
        self._probes = Probes(self.spec, self._address)
        self.pulls = 0

    def back_off(self) -> float:
        """How long it has to wait after its last end; the first restart comes at once."""
        seconds = 0.0
        for attempt in self.attempts:
            state = attempt.state()
            if isinstance(state, Ended) and state.finished_at - state.started_at > _FORGOTTEN:
                seconds = 0.0
            elif attempt is not self.latest:
                seconds = min(max(seconds * 2, _BACK_OFF), _BACK_OFF_MOST)
        return seconds

    def refuse(self, reason: str, message: str, now: float) -> None:
        """Cannot be made now; it is tried again a little later."""
        self.waiting = Waiting(reason, message)
        self.again_at = now + _AGAIN

    def wait_for_image(self, reference: str, where: Path, now: float) -> None:
        """ErrImagePull when it has just been tried, ImagePullBackOff until it is tried again."""
        delay = min(_BACK_OFF * 2**self.pulls, _BACK_OFF_MOST)
        self.pulls += 1
        self.again_at = now + delay
        self.waiting = Waiting("ErrImagePull", f'failed to pull image "{reference}": it is not in {where}')

    def wait_for_pull(self, reference: str) -> None:
        self.waiting = Waiting("ImagePullBackOff", f'Back-off pulling image "{reference}"')


def restarts_after(policy: str, ended: Ended) -> bool:
    return policy == "Always" or (policy == "OnFailure" and ended.code != 0)
