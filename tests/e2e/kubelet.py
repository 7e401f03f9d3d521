"""Plays the node: binds pods and says what has become of them. What ends them is the test."""

import json
from dataclasses import dataclass

from e2e.cluster import Cluster
from e2e.kinds import Object
from e2e.waiting import until

_NODE = "played-by-the-test"
_WORKER = "worker"
Status = dict[str, object]


@dataclass(frozen=True)
class Kubelet:
    cluster: Cluster
    namespace: str

    def pods(self, pipeline: str) -> list[Object]:
        """Of the pipeline, oldest first."""
        mine = [pod for pod in self.cluster.every("Pod", self.namespace) if _pipeline(pod) == pipeline]
        return sorted(mine, key=lambda pod: str(pod["metadata"]["creationTimestamp"]))

    def waiting(self, pipeline: str) -> list[Object]:
        return [pod for pod in self.pods(pipeline) if pod["status"].get("phase") == "Pending"]

    def next_pod(self, pipeline: str, timeout: float = 20.0) -> Object:
        """The next one that nobody runs yet, running from now on."""
        (pod, *_) = until(f"a pod of {pipeline}", lambda: self.waiting(pipeline), timeout=timeout)
        return self.take(pod)

    def take(self, pod: Object) -> Object:
        name = pod["metadata"]["name"]
        self.cluster.bind(name, self.namespace, _NODE)
        running = {"startedAt": pod["metadata"]["creationTimestamp"]}
        self._tell(pod, "Running", {"running": running})
        return self.cluster.get("Pod", name, self.namespace)

    def finish(self, pod: Object, code: int = 0, **message: object) -> None:
        """The worker exits; `message` is what it says of itself."""
        at = pod["metadata"]["creationTimestamp"]
        ended = {"exitCode": code, "startedAt": at, "finishedAt": at, "message": json.dumps(message)}
        self._tell(pod, "Failed" if code else "Succeeded", {"terminated": ended})

    def _tell(self, pod: Object, phase: str, state: Status) -> None:
        container = {
            "name": _WORKER,
            "image": pod["spec"]["containers"][0]["image"],
            "imageID": "",
            "ready": False,
            "restartCount": 0,
            "state": state,
        }
        status = {"phase": phase, "containerStatuses": [container]}
        self.cluster.set_status("Pod", pod["metadata"]["name"], status, self.namespace)


def instructions(pod: Object) -> Object:
    """What the worker is told."""
    env = {each["name"]: each["value"] for each in pod["spec"]["containers"][0]["env"]}
    told: Object = json.loads(env["CLOISTER_RUN"])
    return told


def _pipeline(pod: Object) -> str:
    return str(pod["metadata"].get("labels", {}).get("cloister.dev/pipeline", ""))
