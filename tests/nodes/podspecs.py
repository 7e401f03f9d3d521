"""Pods of the tests."""

from typing import Any

from e2e.kinds import Object
from nodes.site import IMAGE, Site


def pod(name: str, script: str, *, node: str, namespace: str = "default", **changes: Any) -> Object:
    """One container that runs a shell script, on the node of that name; `container` holds changes to it."""
    container = {"name": "main", "image": IMAGE, "command": ["sh", "-c", script]} | changes.pop("container", {})
    spec = {
        "restartPolicy": "Never",
        "nodeSelector": {"kubernetes.io/hostname": node},
        "containers": [container],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace} | changes.pop("metadata", {}),
        "spec": spec | changes,
    }


def is_over(found: Object | None) -> bool:
    return found is not None and found.get("status", {}).get("phase") in ("Succeeded", "Failed")


def is_running(found: Object | None) -> bool:
    return found is not None and found.get("status", {}).get("phase") == "Running"


def terminated(found: Object | None) -> Object:
    assert found is not None
    ended: Object = found["status"]["containerStatuses"][0]["state"]["terminated"]
    return ended


def over(site: Site, manifest: Object) -> Object:
    site.cluster.create(manifest, "default")
    found = site.cluster.wait("Pod", manifest["metadata"]["name"], is_over, "default", timeout=60)
    assert found is not None
    return found


def running(site: Site, manifest: Object) -> Object:
    site.cluster.create(manifest, "default")
    found = site.cluster.wait("Pod", manifest["metadata"]["name"], is_running, "default", timeout=60)
    assert found is not None
    return found
