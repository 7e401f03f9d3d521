"""From a container of a pod spec to what the shim is told: command, user, environment, mounts."""

from dataclasses import dataclass
from typing import Any

from nodes.api import Object
from nodes.attempt import Attempt
from nodes.capabilities import capabilities
from nodes.environment import Sources, environment
from nodes.expand import expand
from nodes.images import Image
from nodes.problems import ConfigError
from nodes.volumes.make import Volumes

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
DEFAULT_TERMINATION_PATH = "/dev/termination-log"


@dataclass(frozen=True)
class User:
    uid: int
    gid: int
    groups: list[int]


def prepared(pod: Object, container: Object, image: Image, sources: Sources, volumes: Volumes) -> dict[str, Any]:
    """Raises `ConfigError` with what stands against it."""
    declared = environment(pod, container, sources)
    user = _user(pod, container, image)
    values = {"HOSTNAME": pod["metadata"]["name"], "HOME": "/root" if user.uid == 0 else "/"}
    values |= {"PATH": ":".join([*image.path, _PATH])} | image.env | declared
    security = container.get("securityContext", {})
    return {
        "args": _arguments(container, image, declared),
        "env": values,
        "cwd": container.get("workingDir") or image.working_dir,
        "uid": user.uid,
        "gid": user.gid,
        "groups": user.groups,
        "hostname": pod["spec"].get("hostname") or pod["metadata"]["name"][:63].rstrip("-."),
        "read_only": bool(security.get("readOnlyRootFilesystem")),
        "no_new_privileges": security.get("allowPrivilegeEscalation") is False,
        "capabilities": capabilities(security),
        "visible": [*image.path, *image.visible],
        "mounts": volumes.mounts(pod, container, values),
    }


def with_termination_file(spec: dict[str, Any], container: Object, attempt: Attempt) -> dict[str, Any]:
    """For everybody to write to, as under kubelet."""
    attempt.directory.mkdir(parents=True, exist_ok=True)
    attempt.termination_file.touch()
    attempt.termination_file.chmod(0o666)
    target = container.get("terminationMessagePath") or DEFAULT_TERMINATION_PATH
    mount = {"source": str(attempt.termination_file), "target": target, "read_only": False}
    return spec | {"mounts": [*spec["mounts"], mount]}


def _arguments(container: Object, image: Image, known: dict[str, str]) -> list[str]:
    """A command of the pod replaces the image's entrypoint, and its arguments too."""
    command = container.get("command") or image.entrypoint
    arguments = container.get("args") or ([] if container.get("command") else image.cmd)
    expanded = [expand(word, known) for word in [*command, *arguments]]
    if not expanded:
        raise ConfigError("no command specified")
    return expanded


def _user(pod: Object, container: Object, image: Image) -> User:
    general = pod["spec"].get("securityContext", {})
    chosen = {**general, **container.get("securityContext", {})}
    uid = chosen.get("runAsUser", image.user)
    if chosen.get("runAsNonRoot") and uid == 0:
        raise ConfigError("container has runAsNonRoot and image will run as root")
    gid = chosen.get("runAsGroup", 0)
    groups = {gid, *general.get("supplementalGroups", [])}
    if "fsGroup" in general:
        groups.add(general["fsGroup"])
    return User(uid, gid, sorted(groups))
