"""One instance as a node: a thread that keeps it registered, and a worker for each of its pods."""

import threading
from collections.abc import Callable

import requests

from nodes.api import ApiError, Object
from nodes.attempt import kill_below
from nodes.context import Context, folder_of, log
from nodes.leftovers import remove_pod
from nodes.registration import Registration
from nodes.worker import Worker

_BEAT = 10.0
# kubelet's pauses between tries to register.
_FIRST_TRY = 0.1
_SLOWEST_TRY = 7.0


class Node:
    def __init__(self, context: Context, registration: Registration) -> None:
        self.context = context
        self._registration = registration
        self._lock = threading.Lock()
        self._workers: dict[str, Worker] = {}
        self._thread = threading.Thread(target=self._run, name=context.name, daemon=True)

    def start(self, pods: list[Object]) -> None:
        """With the pods that are bound to it; what else it finds of an earlier run is ended."""
        known = {folder_of(pod) for pod in pods}
        for folder in self.context.directory.iterdir():
            if folder.is_dir() and folder.name not in known:
                remove_pod(folder)
        for pod in pods:
            self.assign(pod)
        self._thread.start()

    def assign(self, pod: Object) -> None:
        uid = pod["metadata"]["uid"]
        with self._lock:
            if self.context.dead.is_set():
                return
            if uid in self._workers:
                self._workers[uid].update(pod)
                return
            worker = self._workers[uid] = Worker(self.context, pod)
        worker.start()

    def vanished(self, uid: str) -> None:
        with self._lock:
            worker = self._workers.pop(uid, None)
        if worker:
            worker.vanish()

    def power_off(self) -> None:
        """At once, for all: no signal that can be caught, no word to the API server."""
        self.context.dead.set()
        with self._lock:
            workers = list(self._workers.values())
        ended = kill_below(self.context.directory)
        for worker in workers:
            worker.nudge()
        for worker in workers:
            worker.join()
        log.info("%s: lost its power with %d containers of %d pods", self.context.name, ended, len(workers))

    def _run(self) -> None:
        pause = _FIRST_TRY
        while not self._tried("register", self._registration.register):
            if self.context.dead.wait(pause):
                return
            pause = min(pause * 2, _SLOWEST_TRY)
        while not self.context.dead.is_set():
            self._tried("renew its lease", self._registration.beat)
            self.context.dead.wait(_BEAT)

    def _tried(self, what: str, act: Callable[[], None]) -> bool:
        try:
            act()
        except (ApiError, requests.RequestException) as error:
            log.warning("%s: cannot %s: %s", self.context.name, what, error)
            return False
        return True
