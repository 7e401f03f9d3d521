"""Flips of the tenant's Kubernetes objects."""

import copy
from typing import Any

from e2e.cluster import Cluster
from e2e.kinds import Object

KINDS = {
    "namespace": "Namespace",
    "resourcequota": "ResourceQuota",
    "limitrange": "LimitRange",
    "networkpolicy": "NetworkPolicy",
    "serviceaccount": "ServiceAccount",
    "role": "Role",
    "rolebinding": "RoleBinding",
    "ingestbucket": "IngestBucket",
}
# What an object is called is no setting of it.
IDENTITY = {"apiVersion", "kind", "metadata.name", "metadata.namespace"}


def located(rest: str) -> tuple[str, str]:
    """Name and namespace of an id without its kind."""
    namespace, _, name = rest.rpartition("/")
    return name, namespace


def flip_object(cluster: Cluster, kind: str, rest: str, path: str) -> None:
    name, namespace = located(rest)
    cluster.patch(kind, name, _change(cluster.get(kind, name, namespace), path), namespace)


def _change(live: Object, path: str) -> Object:
    if path == "metadata.ownerReferences":
        return {"metadata": {"ownerReferences": None}}
    for part in ("labels", "annotations"):
        if path.startswith(f"metadata.{part}."):
            # `privileged` and `v1.30` are what Pod Security takes.
            key = path.removeprefix(f"metadata.{part}.")
            value = "v1.30" if key.endswith("version") else "privileged" if "pod-security" in key else "elsewhere"
            return {"metadata": {part: {key: value}}}
    head, _, tail = path.partition(".")
    if not tail:
        return {head: _other(live.get(head))}
    if path.startswith("spec.hard."):
        return {"spec": {"hard": {path.removeprefix("spec.hard."): "7"}}}
    return {head: _nested(live[head], tail)}


def _nested(live: Any, path: str) -> Any:
    head, _, tail = path.partition(".")
    return {head: _nested(live.get(head) or {}, tail) if tail else _other(live.get(head), head)}


def _other(value: Any, name: str = "") -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case "Governance":
            return "Compliance"
        case "CrossRegion":
            return "None"
        case "GLACIER":
            return "DEEP_ARCHIVE"
        case str():
            return f"{value}x"
        case list() if name == "policyTypes":
            return ["Ingress"]
        case list():
            return [*copy.deepcopy(value[:-1]), *([] if len(value) > 1 else _emptied(value))]
        case dict():
            return {"matchLabels": {"flipped": "yes"}}
        case _:
            return "flipped"


def _emptied(value: list[Any]) -> list[Any]:
    """A list of one, changed within so that its kind still accepts it."""
    one = copy.deepcopy(value[0])
    if "default" in one:
        one["default"]["cpu"] = "2"
    return [one] if "default" in one else []
