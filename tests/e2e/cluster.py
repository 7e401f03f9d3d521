"""The API server as its administrator sees it. Independent of the operator's own code."""

import copy
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import requests
import yaml

from e2e.kinds import Object, documented, is_ready, path
from e2e.loopback import session
from e2e.waiting import SLACK
from local.controlplane import ControlPlane

_MANAGER = "e2e"
_MERGE = "application/merge-patch+json"
_APPLY = "application/apply-patch+yaml"


class RefusedError(Exception):
    """The API server said no."""

    def __init__(self, answer: requests.Response) -> None:
        self.code = answer.status_code
        # Of a kind that is not served it says so in plain text.
        is_status = "json" in answer.headers.get("Content-Type", "")
        self.message = answer.json().get("message", answer.text) if is_status else answer.text
        super().__init__(f"{self.code}: {self.message}")


class Cluster:
    def __init__(self, control_plane: ControlPlane) -> None:
        keys = control_plane.keys
        self._url = control_plane.url
        self._http = session()
        self._http.verify = str(keys.authority)
        self._http.cert = (str(keys.admin[0]), str(keys.admin[1]))
        self._headers: dict[str, str] = {}

    def acting_as(self, user: str, group: str) -> "Cluster":
        """With no more rights than theirs."""
        other = copy.copy(self)
        other._headers = {"Impersonate-User": user, "Impersonate-Group": group}
        return other

    def apply(self, *manifests: Object | Path | str, dry_run: bool = False) -> list[Object]:
        """Server-side apply of objects, files, or YAML texts; answers what now stands."""
        return [self._apply(one, dry_run) for one in _documents(manifests)]

    def _apply(self, manifest: Object, dry_run: bool) -> Object:
        meta = manifest["metadata"]
        where = path(manifest["kind"], meta.get("namespace", ""), meta["name"])
        params = {"fieldManager": _MANAGER, "force": "true"}
        if dry_run:
            params["dryRun"] = "All"
        # Read as YAML, which knows no surrogates.
        return self._send("PATCH", where, params, json.dumps(manifest, ensure_ascii=False), _APPLY)

    def create(self, manifest: Object, namespace: str = "") -> Object:
        return self._send("POST", path(manifest["kind"], namespace), {}, json.dumps(manifest))

    def patch(self, kind: str, name: str, change: Object, namespace: str = "") -> Object:
        """A merge patch: null removes."""
        params = {"fieldManager": _MANAGER}
        where = path(kind, namespace, name)
        return self._send("PATCH", where, params, json.dumps(change), _MERGE)

    def set_status(self, kind: str, name: str, status: Object, namespace: str = "") -> Object:
        """As the component does whose status it is."""
        where = f"{path(kind, namespace, name)}/status"
        return self._send("PATCH", where, {"fieldManager": _MANAGER}, json.dumps({"status": status}), _MERGE)

    def bind(self, pod: str, namespace: str, node: str) -> None:
        """As the scheduler does."""
        target = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": pod},
            "target": {"kind": "Node", "name": node},
        }
        self._send("POST", f"{path('Pod', namespace, pod)}/binding", {}, json.dumps(target))

    def remove(self, kind: str, name: str, namespace: str = "") -> None:
        """At once, as a kubelet does when the last container has ended."""
        self._send("DELETE", path(kind, namespace, name), {"gracePeriodSeconds": "0"})

    def poke(self, kind: str, name: str, namespace: str = "") -> None:
        """Has the object looked at now, as a user may ask for it."""
        wish = {"cloister.dev/reconcile-requested-at": str(time.time_ns())}
        self.patch(kind, name, {"metadata": {"annotations": wish}}, namespace)

    def delete(self, kind: str, name: str, namespace: str = "") -> None:
        """Asks for it; what has finalizers is gone only later. No error where it is gone."""
        try:
            self._send("DELETE", path(kind, namespace, name))
        except RefusedError as refused:
            if refused.code != requests.codes.not_found:
                raise

    def delete_now(self, kind: str, name: str, namespace: str = "") -> None:
        """Without waiting for whoever should end it in good order."""
        self._send("DELETE", path(kind, namespace, name), {"gracePeriodSeconds": "0"})

    def find(self, kind: str, name: str, namespace: str = "") -> Object | None:
        try:
            return self.get(kind, name, namespace)
        except RefusedError as refused:
            if refused.code == requests.codes.not_found:
                return None
            raise

    def get(self, kind: str, name: str, namespace: str = "") -> Object:
        return self._send("GET", path(kind, namespace, name))

    def every(self, kind: str, namespace: str = "") -> list[Object]:
        items: list[Object] = self._send("GET", path(kind, namespace))["items"]
        return items

    def events(self, name: str, reason: str = "") -> list[Object]:
        """What was told of an object, by its name."""
        told = [e for e in self.every("Event") if e.get("regarding", {}).get("name") == name]
        return [event for event in told if reason in ("", event["reason"])]

    def wait(
        self,
        kind: str,
        name: str,
        holds: Callable[[Object | None], bool],
        namespace: str = "",
        timeout: float = 30.0,
    ) -> Object | None:
        """Watches until it holds; the object is None where there is none."""
        timeout *= SLACK
        seen: Object | None = None
        for seen in self.follow(kind, name, namespace, timeout):
            if holds(seen):
                return seen
        said = (seen or {}).get("status", {}).get("message") or json.dumps(seen)
        raise AssertionError(f"not within {timeout:.0f} s: {documented(kind, name, namespace)}: {said}")

    def wait_ready(self, kind: str, name: str, namespace: str = "", timeout: float = 30.0) -> Object:
        found = self.wait(kind, name, is_ready, namespace, timeout)
        assert found is not None
        return found

    def wait_gone(self, kind: str, name: str, namespace: str = "", timeout: float = 30.0) -> None:
        self.wait(kind, name, lambda found: found is None, namespace, timeout)

    def follow(self, kind: str, name: str, namespace: str = "", timeout: float = 30.0) -> Iterator[Object | None]:
        """The object as it is, then each change of it, until the time is over."""
        deadline = time.monotonic() + timeout
        selected = {"fieldSelector": f"metadata.name={name}"}
        where = path(kind, namespace)
        while (left := deadline - time.monotonic()) > 0:
            listed = self._send("GET", where, selected)
            yield listed["items"][0] if listed["items"] else None
            version = listed["metadata"]["resourceVersion"]
            watching = {"watch": "true", "resourceVersion": version}
            # Whole seconds, at least one: with 0 the API server would choose for itself.
            ending = {"timeoutSeconds": str(max(1, round(left)))}
            yield from self._watch(where, selected | watching | ending)

    def _watch(self, where: str, params: dict[str, str]) -> Iterator[Object | None]:
        url = self._url + where
        with self._http.get(url, params=params, stream=True, timeout=(5, 300)) as answer:
            for line in answer.iter_lines(chunk_size=None):
                event = json.loads(line)
                if event["type"] in ("ADDED", "MODIFIED"):
                    yield event["object"]
                elif event["type"] == "DELETED":
                    yield None
                else:
                    return  # too old, or an error: list anew

    def _send(
        self,
        method: str,
        where: str,
        params: dict[str, str] | None = None,
        body: str | None = None,
        content: str = "application/json",
    ) -> Object:
        headers = {"Content-Type": content, "Accept": "application/json", **self._headers}
        url = self._url + where
        data = body.encode() if body is not None else None
        answer = self._http.request(method, url, params=params, data=data, headers=headers, timeout=30)
        if not answer.ok:
            raise RefusedError(answer)
        answered: Object = answer.json()
        return answered


def _documents(manifests: tuple[Object | Path | str, ...]) -> Iterator[Object]:
    for manifest in manifests:
        if isinstance(manifest, dict):
            yield manifest
        else:
            text = manifest.read_text() if isinstance(manifest, Path) else manifest
            yield from (found for found in yaml.safe_load_all(text) if found)
