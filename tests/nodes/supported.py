"""What the local nodes cannot do is refused aloud: a pod that ran without it would show something that is not so."""

from nodes.api import Object

_VOLUMES = {"configMap", "downwardAPI", "emptyDir", "projected", "secret"}
_CONTAINER = ("livenessProbe", "readinessProbe", "startupProbe", "volumeDevices", "restartPolicy", "restartPolicyRules")
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
    if container.get("securityContext", {}).get("privileged"):
        found.append("securityContext.privileged")
    lifecycle = container.get("lifecycle", {})
    if "postStart" in lifecycle:
        found.append("lifecycle.postStart")
    found += [f"lifecycle.preStop.{hook}" for hook in set(lifecycle.get("preStop", {})) - _HOOKS]
    return found
