"""All pods that are bound to nodes: one list and one watch for the whole agent."""

import json
import threading
import time
from collections.abc import Callable

import requests

from nodes.api import Api, ApiError, Object
from nodes.context import log

_PATH = "/api/v1/pods"
_BOUND = {"fieldSelector": "spec.nodeName!="}
# The API server ends a watch then, which also finds out a connection that has died.
_SECONDS = 300
_PAUSE = 0.5


class PodWatch:
    """Calls `changed` with each pod as it is now, and `gone` with the last of it."""

    def __init__(self, api: Api, changed: Callable[[Object], None], gone: Callable[[Object], None]) -> None:
        self._api = api
        self._changed = changed
        self._gone = gone
        self._known: dict[str, Object] = {}
        self._version = ""

    def start(self) -> None:
        """Returns when all pods of now are known."""
        self._list()
        threading.Thread(target=self._run, name="pods", daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                if not self._version:
                    self._list()
                self._follow()
            except (ApiError, requests.RequestException, ValueError) as error:
                log.warning("the watch of pods: %s", error)
                self._version = ""
                time.sleep(_PAUSE)

    def _list(self) -> None:
        listed = self._api.get(_PATH, **_BOUND)
        found = {pod["metadata"]["uid"]: pod for pod in listed["items"]}
        for uid in set(self._known) - set(found):
            self._gone(self._known.pop(uid))
        for pod in found.values():
            self._set(pod)
        self._version = listed["metadata"]["resourceVersion"]

    def _follow(self) -> None:
        watching = {"watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": str(_SECONDS)}
        params = _BOUND | watching | {"resourceVersion": self._version}
        url = self._api.url + _PATH
        with self._api.http.get(url, params=params, stream=True, timeout=(5, _SECONDS + 30)) as answer:
            if not answer.ok:
                raise ApiError(answer)
            # By None a line is had when it comes, not when a buffer is full.
            for line in answer.iter_lines(chunk_size=None):
                self._take(json.loads(line))

    def _take(self, event: Object) -> None:
        kind, pod = event["type"], event["object"]
        if kind == "ERROR":
            self._version = ""
            raise ValueError(pod.get("message", "it ended"))
        self._version = pod["metadata"]["resourceVersion"]
        if kind in ("ADDED", "MODIFIED"):
            self._set(pod)
        elif kind == "DELETED":
            self._known.pop(pod["metadata"]["uid"], None)
            self._gone(pod)

    def _set(self, pod: Object) -> None:
        self._known[pod["metadata"]["uid"]] = pod
        self._changed(pod)
