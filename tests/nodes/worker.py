"""Runs one pod. Each pass looks at the files and the pod anew and does what is next, so a restart changes nothing."""

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator

import requests

from nodes.api import ApiError, Object, pods
from nodes.container import Container
from nodes.context import Context, folder_of, log
from nodes.fields import pod_ip
from nodes.keep import Keeper
from nodes.status import Verdict, pod_status
from nodes.stopping import Stopping
from nodes.supported import unsupported
from nodes.times import now, read
from nodes.volumes.make import Volumes
from nodes.wakeup import Wakeup

_TERMINAL = ("Succeeded", "Failed")
# While a shim starts its container there is nothing to wait for but its file.
_STARTING = 0.03
_RETRY = 2.0
_LONG = 3600.0


class Worker:
    def __init__(self, context: Context, pod: Object) -> None:
        self._context = context
        self._pod = pod
        self._directory = context.directory / folder_of(pod)
        spec, where, address = pod["spec"], self._directory / "containers", pod_ip(pod)
        self._inits = [Container(one, where, address, init=True) for one in spec.get("initContainers", [])]
        self._mains = [Container(one, where, address, init=False) for one in spec["containers"]]
        self._all = [*self._inits, *self._mains]
        self._volumes = Volumes(self._directory / "volumes", pod["metadata"]["uid"], context.sources)
        self._keeper = Keeper(context, self._volumes)
        self._started: str = pod.get("status", {}).get("startTime") or now()
        self._published: Object = {}
        self._stopping: Stopping | None = None
        self._vanished = False
        self.finished = False
        self._wakeup = Wakeup()
        self._thread = threading.Thread(target=self._run, name=pod["metadata"]["name"], daemon=True)

    def start(self) -> None:
        self._thread.start()

    def update(self, pod: Object) -> None:
        self._pod = pod
        self.nudge()

    def vanish(self) -> None:
        """The object is gone; so must the processes be."""
        self._vanished = True
        if self.finished:
            self.clear()
        self.nudge()

    def nudge(self) -> None:
        self._wakeup.nudge()

    def join(self) -> None:
        self._thread.join()

    def clear(self) -> None:
        self._volumes.remove()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _run(self) -> None:
        while not self._context.dead.is_set() and not self.finished:
            try:
                pause = self._pass()
            except (ApiError, requests.RequestException) as error:
                log.warning("%s: %s: %s", self._context.name, folder_of(self._pod), error)
                pause = _RETRY
            except Exception:
                log.exception("%s: %s", self._context.name, folder_of(self._pod))
                pause = _RETRY
            if not self.finished:
                self._wait(pause)
        if self._context.dead.is_set():
            for attempt in (one.latest for one in self._all if one.latest):
                attempt.kill()
        elif self._vanished:
            self.clear()

    def _pass(self) -> float:
        """How many seconds until the next one, if nothing happens."""
        pod = self._pod
        for container in self._all:
            container.look()
        busy = any(container.running() or container.starting for container in self._all)
        # By us, or by a controller that has given it up.
        over = pod.get("status", {}).get("phase") in _TERMINAL
        if over and not busy:
            return self._finish()
        verdict = self._verdict(pod)
        if over or verdict or self._vanished or "deletionTimestamp" in pod["metadata"]:
            return self._end(pod, verdict, busy=busy)
        pause = self._keeper.keep(pod, self._inits, self._mains)
        grace = float(pod["spec"].get("terminationGracePeriodSeconds", 30))
        pause = min(pause, *(container.probe(grace) for container in self._mains))
        status = self._publish(pod)
        if status["phase"] in _TERMINAL:
            return self._finish()
        return min(pause, self._until_deadline(pod))

    def _end(self, pod: Object, verdict: Verdict | None, *, busy: bool) -> float:
        if busy:
            pause = self._stop(pod)
            return _STARTING if any(container.starting for container in self._all) else pause
        for container in self._all:
            container.waiting = container.waiting if container.latest is None else None
        if not self._vanished:
            self._publish(pod, verdict, terminal=True)
            if "deletionTimestamp" in pod["metadata"]:
                self._delete(pod)
        return self._finish()

    def _stop(self, pod: Object) -> float:
        grace = float(pod["spec"].get("terminationGracePeriodSeconds", 30))
        if self._vanished:
            grace = 1.0
        elif "deletionTimestamp" in pod["metadata"]:
            grace = float(pod["metadata"].get("deletionGracePeriodSeconds", grace))
        if self._stopping is None:
            self._stopping = Stopping(grace)
        else:
            self._stopping.shorten(grace)
        return self._stopping.step(self._all)

    def _verdict(self, pod: Object) -> Verdict | None:
        if missing := unsupported(pod["spec"]):
            return Verdict("UnsupportedByLocalNode", f"the local nodes do not have: {', '.join(sorted(missing))}")
        if self._until_deadline(pod) <= 0:
            return Verdict("DeadlineExceeded", "Pod was active on the node longer than the specified deadline")
        return None

    def _until_deadline(self, pod: Object) -> float:
        seconds = pod["spec"].get("activeDeadlineSeconds")
        return _LONG if seconds is None else read(self._started) + seconds - time.time()

    def _publish(self, pod: Object, verdict: Verdict | None = None, *, terminal: bool = False) -> Object:
        before = self._published or pod.get("status", {})
        status = pod_status(
            pod,
            self._inits,
            self._mains,
            self._context.host_ip,
            started=self._started,
            before=before,
            verdict=verdict,
            terminal=terminal,
        )
        if status != self._published and not self._context.dead.is_set():
            meta = pod["metadata"]
            body = {"metadata": {"uid": meta["uid"]}, "status": status}
            with _unless_gone():
                self._context.api.patch(pods(meta["namespace"], meta["name"], "status"), body)
            self._published = status
        return status

    def _delete(self, pod: Object) -> None:
        meta = pod["metadata"]
        now_and_only_it = {"gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}}
        with _unless_gone():
            self._context.api.delete(pods(meta["namespace"], meta["name"]), now_and_only_it)

    def _finish(self) -> float:
        self._volumes.remove()
        self.finished = True
        return 0.0

    def _wait(self, pause: float) -> None:
        if any(container.starting for container in self._all):
            pause = min(pause, _STARTING)
        running = [one.latest.shim() for one in self._all if one.running() and one.latest]
        self._wakeup.wait([shim for shim in running if shim], pause)


@contextlib.contextmanager
def _unless_gone() -> Iterator[None]:
    """The pod may be gone, or another have its name: the watch will say so."""
    try:
        yield
    except ApiError as error:
        if error.code not in (requests.codes.not_found, requests.codes.conflict):
            raise
