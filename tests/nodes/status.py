"""The status of a pod, from its containers as they are. Decides nothing and asks nobody."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from nodes.api import Object
from nodes.attempt import Ended, Running
from nodes.container import Container, Waiting, restarts_after
from nodes.fields import pod_ip
from nodes.times import now, written

# kubelet's limits of a termination message.
_MESSAGE_BYTES = 4096
_LOG_BYTES = 2048
_LOG_LINES = 80


@dataclass(frozen=True)
class Verdict:
    """What ends a pod whatever its containers do."""

    reason: str
    message: str


def pod_status(
    pod: Object,
    inits: list[Container],
    mains: list[Container],
    host_ip: str,
    *,
    started: str,
    before: Object,
    verdict: Verdict | None,
    terminal: bool,
) -> Object:
    """`terminal`: nothing of it will be started again. `before` is the status until now."""
    policy = pod["spec"].get("restartPolicy", "Always")
    phase = "Failed" if verdict and terminal else _phase(policy, inits, mains, terminal=terminal)
    address = pod_ip(pod)
    status: Object = {
        "phase": phase,
        "hostIP": host_ip,
        "hostIPs": [{"ip": host_ip}],
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": started,
        "observedGeneration": pod["metadata"].get("generation", 1),
        "containerStatuses": [_container(pod, container) for container in mains],
        "conditions": _conditions(before, phase, inits, mains),
    }
    if inits:
        status["initContainerStatuses"] = [_container(pod, container) for container in inits]
    if verdict:
        status |= {"reason": verdict.reason, "message": verdict.message}
    return status


def _phase(policy: str, inits: list[Container], mains: list[Container], *, terminal: bool) -> str:
    for container in inits:
        ended = container.ended()
        if ended and ended.code != 0 and (terminal or not restarts_after(policy, ended)):
            return "Failed"
        if ended is None or ended.code != 0:
            return "Failed" if terminal else "Pending"
    if not all(container.has_run for container in mains):
        return "Failed" if terminal else "Pending"
    ends = [ended for container in mains if (ended := container.ended())]
    if len(ends) < len(mains):
        return "Running"
    if not terminal and any(restarts_after(policy, ended) for ended in ends):
        return "Running"
    return "Succeeded" if all(ended.code == 0 for ended in ends) else "Failed"


def _container(pod: Object, container: Container) -> Object:
    state, last = _states(container)
    ended, image = container.ended(), container.spec["image"]
    told: Object = {
        "name": container.name,
        "image": image,
        "imageID": image if container.latest else "",
        "ready": ended is not None and ended.code == 0 if container.init else container.ready,
        "started": "running" in state,
        "restartCount": container.restarts,
        "state": state,
    }
    if container.latest:
        told["containerID"] = _id(pod, container, container.latest.number)
    if last:
        told["lastState"] = last
    return told


def _states(container: Container) -> tuple[Object, Object]:
    """As it is now, and how it was before."""
    last = len(container.attempts) - 1
    before = _terminated(container, last - 1) if last > 0 else {}
    match container.state:
        case Running(started_at=at):
            return {"running": {"startedAt": written(at)}}, before
        case Ended() if container.waiting:
            return _waiting(container.waiting), _terminated(container, last)
        case Ended():
            return _terminated(container, last), before
        case None:
            return _waiting(container.waiting or Waiting("ContainerCreating")), before


def _waiting(waiting: Waiting) -> Object:
    return {"waiting": {"reason": waiting.reason} | ({"message": waiting.message} if waiting.message else {})}


def _terminated(container: Container, index: int) -> Object:
    attempt = container.attempts[index]
    ended = attempt.state()
    if not isinstance(ended, Ended):
        return {}
    told = {
        "exitCode": ended.code,
        "reason": ended.reason,
        "startedAt": written(ended.started_at),
        "finishedAt": written(ended.finished_at),
    }
    message = ended.message or _message(container.spec, attempt.termination_file, Path(attempt.spec()["log"]), ended)
    return {"terminated": told | ({"message": message} if message else {})}


def _message(spec: Object, file: Path, log: Path, ended: Ended) -> str:
    written_by_it = file.read_bytes()[:_MESSAGE_BYTES] if file.exists() else b""
    if written_by_it or spec.get("terminationMessagePolicy") != "FallbackToLogsOnError" or ended.code == 0:
        return written_by_it.decode(errors="replace")
    lines = log.read_bytes()[-_LOG_BYTES:].splitlines(keepends=True) if log.exists() else []
    return b"".join(lines[-_LOG_LINES:]).decode(errors="replace")


def _id(pod: Object, container: Container, number: int) -> str:
    text = f"{pod['metadata']['uid']}/{container.name}/{number}"
    return f"process://{hashlib.sha256(text.encode()).hexdigest()}"


def _conditions(before: Object, phase: str, inits: list[Container], mains: list[Container]) -> list[Object]:
    initialized = all((ended := c.ended()) and ended.code == 0 for c in inits)
    ready = phase == "Running" and all(c.ready for c in mains)
    done = "PodCompleted" if phase == "Succeeded" else "PodFailed" if phase == "Failed" else ""
    held = {
        "PodReadyToStartContainers": (not done, ""),
        "Initialized": (initialized, done if phase == "Succeeded" else "ContainersNotInitialized"),
        "ContainersReady": (ready, done or "ContainersNotReady"),
        "Ready": (ready, done or "ContainersNotReady"),
    }
    known = {one["type"]: one for one in before.get("conditions", [])}
    return [_condition(known.get(name), name, *told) for name, told in held.items()]


def _condition(before: Object | None, name: str, holds: bool, reason: str) -> Object:
    status = "True" if holds else "False"
    moved = before["lastTransitionTime"] if before and before["status"] == status else now()
    told = {"type": name, "status": status, "lastTransitionTime": moved}
    # A null takes away what an earlier patch said.
    return told | {"reason": reason if reason and not holds else None}
