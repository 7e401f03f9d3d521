"""The part of a NodeConfig that kubelet gets: flags and KubeletConfiguration.

https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/
https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
"""

import re
from dataclasses import dataclass, field
from typing import Any

from nodes.problems import Problems

# nodeadm's, where it knows nothing of the instance type.
_MAX_PODS = 110
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_KEY = re.compile(r"(?:[a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_VALUE = re.compile(r"(?:[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
# Of Kubernetes' own labels kubelet sets these and refuses to start with others.
_OWN_LABELS = {
    "kubernetes.io/hostname",
    "kubernetes.io/arch",
    "kubernetes.io/os",
    "beta.kubernetes.io/arch",
    "beta.kubernetes.io/os",
    "beta.kubernetes.io/instance-type",
    "node.kubernetes.io/instance-type",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
}
_OWN_DOMAINS = ("kubelet.kubernetes.io", "node.kubernetes.io")
# nodeadm sets these itself and users may leave them out; the agent has no use for them.
_IGNORED_FLAGS = {"v", "cloud-provider", "hostname-override", "node-ip"}


@dataclass(frozen=True)
class Kubelet:
    labels: dict[str, str] = field(default_factory=dict)
    taints: tuple[dict[str, str], ...] = ()
    max_pods: int = _MAX_PODS
    # Quantities by resource; None: nodeadm's defaults.
    kube_reserved: dict[str, str] | None = None
    system_reserved: dict[str, str] = field(default_factory=dict)


def read_kubelet(spec: dict[str, Any], problems: Problems) -> Kubelet:
    labels: dict[str, str] = {}
    taints: tuple[dict[str, str], ...] = ()
    for flag in spec.get("flags") or []:
        name, _, value = str(flag).removeprefix("--").partition("=")
        if not str(flag).startswith("--") or not value:
            problems.add(f"spec.kubelet.flags: {flag!r} is not of the form --name=value")
        elif name == "node-labels":
            labels |= _labels(value, problems)
        elif name == "register-with-taints":
            taints = tuple(_taint(one, problems) for one in value.split(","))
        elif name not in _IGNORED_FLAGS:
            problems.add(f"spec.kubelet.flags: the local nodes do not know --{name}")
    config = problems.mapping(spec, "config", "spec.kubelet.", required=False)
    reserved = problems.mapping(config, "kubeReserved", "spec.kubelet.config.", required=False)
    return Kubelet(
        labels=labels,
        taints=taints or _configured_taints(config, problems),
        max_pods=_max_pods(config, problems),
        kube_reserved=reserved or None,
        system_reserved=problems.mapping(config, "systemReserved", "spec.kubelet.config.", required=False),
    )


def _labels(text: str, problems: Problems) -> dict[str, str]:
    labels: dict[str, str] = {}
    for one in text.split(","):
        key, equals, value = one.partition("=")
        if not equals or not _KEY.fullmatch(key) or not _VALUE.fullmatch(value):
            problems.add(f"--node-labels: {one!r} is not of the form key=value")
        elif _is_reserved(key):
            problems.add(f"--node-labels: kubelet may not set {key}, which is Kubernetes' own")
        else:
            labels[key] = value
    return labels


def _is_reserved(key: str) -> bool:
    domain = key.partition("/")[0] if "/" in key else ""
    if key in _OWN_LABELS or any(domain == own or domain.endswith(f".{own}") for own in _OWN_DOMAINS):
        return False
    return any(domain == root or domain.endswith(f".{root}") for root in ("kubernetes.io", "k8s.io"))


def _taint(text: str, problems: Problems) -> dict[str, str]:
    named, _, effect = text.rpartition(":")
    key, _, value = named.partition("=")
    if effect not in _EFFECTS or not _KEY.fullmatch(key) or not _VALUE.fullmatch(value):
        problems.add(f"--register-with-taints: {text!r} is not of the form key=value:NoSchedule")
    return {"key": key, "value": value, "effect": effect} if value else {"key": key, "effect": effect}


def _configured_taints(config: dict[str, Any], problems: Problems) -> tuple[dict[str, str], ...]:
    taints = config.get("registerWithTaints") or []
    if not all(isinstance(taint, dict) and taint.get("effect") in _EFFECTS for taint in taints):
        problems.add("spec.kubelet.config.registerWithTaints: each taint needs a key and an effect")
        return ()
    return tuple(taints)


def _max_pods(config: dict[str, Any], problems: Problems) -> int:
    value = config.get("maxPods", _MAX_PODS)
    if not isinstance(value, int) or value < 0:
        problems.add(f"spec.kubelet.config.maxPods is {value!r}, not a number of pods")
        return _MAX_PODS
    return value
