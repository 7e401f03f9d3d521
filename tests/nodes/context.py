"""What the workers of one node's pods share."""

import logging
import threading
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import requests

from nodes.api import Api, ApiError, Object
from nodes.environment import Sources
from nodes.images import Images
from nodes.times import now

log = logging.getLogger("nodes")


@dataclass(frozen=True)
class Context:
    name: str
    host_ip: str
    api: Api
    images: Images
    sources: Sources
    directory: Path
    logs: Path
    # The process with which everything ends, by pid and birth; None: containers outlive whoever started them.
    owner: tuple[int, str] | None
    # Set when the instance has lost its power: nothing may be said in its name any more.
    dead: threading.Event = field(default_factory=threading.Event)

    def event(self, pod: Object, reason: str, message: str) -> None:
        """A warning for `kubectl describe`; one that is lost costs nothing."""
        meta, at = pod["metadata"], now()
        told = {
            "metadata": {"name": f"{meta['name'][:200]}.{uuid.uuid4().hex[:16]}", "namespace": meta["namespace"]},
            "involvedObject": {
                "apiVersion": "v1",
                "kind": "Pod",
                "name": meta["name"],
                "namespace": meta["namespace"],
                "uid": meta["uid"],
            },
            "type": "Warning",
            "reason": reason,
            "message": message[:1024],
            "source": {"component": "kubelet", "host": self.name},
            "firstTimestamp": at,
            "lastTimestamp": at,
            "count": 1,
        }
        try:
            self.api.post(f"/api/v1/namespaces/{meta['namespace']}/events", told)
        except (ApiError, requests.RequestException) as error:
            log.warning("%s: the event %s is lost: %s", self.name, reason, error)


def folder_of(pod: Object) -> str:
    """As kubelet names the folder of a pod's logs."""
    meta = pod["metadata"]
    return f"{meta['namespace']}_{meta['name']}_{meta['uid']}"
