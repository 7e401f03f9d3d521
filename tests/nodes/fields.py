"""What the downward API gives a container of its own pod.

https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
"""

import hashlib
import re
from decimal import Decimal

from nodes.api import Object
from nodes.problems import ConfigError
from nodes.quantity import quantity, whole

_KEYED = re.compile(r"metadata\.(labels|annotations)\['(.+)'\]")


def pod_ip(pod: Object) -> str:
    """Containers share the network of this machine, but each pod has a loopback address of its own to listen on."""
    first, second, third = hashlib.sha256(pod["metadata"]["uid"].encode()).digest()[:3]
    return f"127.{1 + first % 254}.{second}.{1 + third % 254}"


def field_value(pod: Object, path: str, host_ip: str) -> str:
    meta, spec = pod["metadata"], pod["spec"]
    if keyed := _KEYED.fullmatch(path):
        return str(meta.get(keyed[1], {}).get(keyed[2], ""))
    simple = {
        "metadata.name": meta["name"],
        "metadata.namespace": meta["namespace"],
        "metadata.uid": meta["uid"],
        "spec.nodeName": spec["nodeName"],
        "spec.serviceAccountName": spec.get("serviceAccountName", ""),
        "status.hostIP": host_ip,
        "status.hostIPs": host_ip,
        "status.podIP": pod_ip(pod),
        "status.podIPs": pod_ip(pod),
    }
    if path in simple:
        return str(simple[path])
    if path in ("metadata.labels", "metadata.annotations"):
        return _listed(meta.get(path.removeprefix("metadata."), {}))
    raise ConfigError(f"the local nodes do not know the field {path}")


def _listed(entries: dict[str, str]) -> str:
    return "\n".join(f"{key}={_quoted(value)}" for key, value in sorted(entries.items()))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def resource_value(container: Object, reference: Object, allocatable: dict[str, str]) -> str:
    """A limit that is not set is what the node has."""
    kind, _, resource = reference["resource"].partition(".")
    resources = container.get("resources", {})
    given = resources.get(kind, {}).get(resource)
    if given is None and kind == "limits":
        given = allocatable.get(resource)
    divisor = quantity(reference.get("divisor") or "0")
    return str(whole(quantity(given or "0"), divisor or Decimal(1)))
