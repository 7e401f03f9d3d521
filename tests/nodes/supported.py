"""What the local nodes cannot do is refused aloud: a pod that ran without it would show something that is not so."""

from nodes.api import Object

_VOLUMES = {"configMap", "downwardAPI", "emptyDir", "projected", "secret"}
_CONTAINER = ("startupProbe", "volumeDevices", "restartPolicy", "restartPolicyRules")
_PROBES = ("livenessProbe", "readinessProbe")
_POD = ("hostPID", "hostIPC", "shareProcessNamespace", "ephemeralContainers", "resourceClaims")
_HOOKS = {"exec", "sleep"}


def unsupported(spec: Object) -> list[str]:
    found = [f"spec.{field}" for field in _POD if spec.get(field)]
    for volume in spec.get("volumes", []):
        found += [f"volume {volume['name']}: {kind}" for kind in set(volume) - _VOLUMES - {"name"}]
    for container in [*spec.get("initContainers", []), *spec["containers"]]:
        found += [f"container {container['name']}: {what}" for what in _of_container(container)]
    return found


def _of_container(container: Object) -> list[str]:
    found = [field for field in _CONTAINER if container.get(field)]
    found += [probe for probe in _PROBES if not _is_plain_http(container.get(probe))]
    if container.get("securityContext", {}).get("privileged"):
        found.append("securityContext.privileged")
    lifecycle = container.get("lifecycle", {})
    if "postStart" in lifecycle:
        found.append("lifecycle.postStart")
    found += [f"lifecycle.preStop.{hook}" for hook in set(lifecycle.get("preStop", {})) - _HOOKS]
    return found


def _is_plain_http(probe: Object | None) -> bool:
    get = (probe or {}).get("httpGet")
    return not probe or bool(get and get.get("scheme", "HTTP") == "HTTP" and "host" not in get)
