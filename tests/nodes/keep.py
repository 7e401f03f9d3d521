"""Starts what of a pod should run and does not: volumes, init containers one by one, then the others."""

import time

import requests

from nodes.api import ApiError, Object
from nodes.container import Container, Waiting, restarts_after
from nodes.context import Context, folder_of
from nodes.prepare import prepared, with_termination_file
from nodes.problems import ConfigError
from nodes.volumes.make import Volumes

_LONG = 3600.0
_AGAIN = 2.0


class Keeper:
    def __init__(self, context: Context, volumes: Volumes) -> None:
        self._context = context
        self._volumes = volumes
        self._told = ""

    def keep(self, pod: Object, inits: list[Container], mains: list[Container]) -> float:
        """How many seconds until there may be more to do."""
        if not self._have_volumes(pod):
            return _AGAIN
        for container in inits:
            ended = container.ended()
            if ended is None or ended.code != 0:
                for one in mains:
                    one.waiting = Waiting("PodInitializing")
                return min(self._keep(pod, container), self._volumes.due - time.time())
        pauses = [self._keep(pod, container) for container in mains]
        return min(*pauses, self._volumes.due - time.time())

    def _have_volumes(self, pod: Object) -> bool:
        if time.time() < self._volumes.due:
            return True
        try:
            self._volumes.sync(pod)
        except (ConfigError, ApiError) as error:
            self._tell(pod, "FailedMount", str(error))
            # Those that run keep what they have.
            return self._volumes.due > 0
        return True

    def _keep(self, pod: Object, container: Container) -> float:
        now = time.time()
        if container.starting or container.running():
            return _LONG
        if ended := container.ended():
            if not restarts_after(pod["spec"].get("restartPolicy", "Always"), ended):
                return _LONG
            left = ended.finished_at + container.back_off() - now
            if left > 0:
                seconds, of = int(container.back_off()), f"{container.name} pod={folder_of(pod)}"
                container.waiting = Waiting("CrashLoopBackOff", f"back-off {seconds}s restarting failed container={of}")
                return left
        if now < container.again_at:
            if container.pulls:
                container.wait_for_pull(container.spec["image"])
            return container.again_at - now
        return self._start(pod, container, now)

    def _start(self, pod: Object, container: Container, now: float) -> float:
        reference = container.spec["image"]
        try:
            image = self._context.images.find(reference)
            if image is None:
                container.wait_for_image(reference, self._context.images.file, now)
                self._tell(pod, "Failed", container.waiting.message if container.waiting else "")
                # Soon, to say that it now backs off.
                return 0.5
            spec = prepared(pod, container.spec, image, self._context.sources, self._volumes)
        except (ConfigError, ApiError, ValueError) as error:
            container.refuse("CreateContainerConfigError", str(error), now)
            self._tell(pod, "Failed", f"Error: {error}")
            return _AGAIN
        except requests.RequestException:
            return _AGAIN
        self._launch(pod, container, spec)
        return _LONG

    def _launch(self, pod: Object, container: Container, spec: Object) -> None:
        attempt = container.next_attempt()
        spec = with_termination_file(spec, container.spec, attempt)
        log = self._context.logs / folder_of(pod) / container.name / f"{attempt.number}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        attempt.launch(spec | {"log": str(log), "owner": self._context.owner})
        container.launched(attempt)

    def _tell(self, pod: Object, reason: str, message: str) -> None:
        if message != self._told:
            self._told = message
            self._context.event(pod, reason, message)
