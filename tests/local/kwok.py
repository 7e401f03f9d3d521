"""kwok beside a control plane: nodes that only claim to be some, by the hundred.

It cares for nodes with the annotation alone, so that real ones may stand beside them. Their pods are running as soon as
they are bound; those of a Job complete at once, or after the time that their annotation says. https://kwok.sigs.k8s.io/
"""

from pathlib import Path
from typing import Any

import yaml

from local import binaries
from local.controlplane import ControlPlane

_NAME = "kwok"
_STAGES = Path(__file__).with_name("kwok-stages.yaml")
ANNOTATION = "kwok.x-k8s.io/node"
# A duration, on pods: 90s, 5m.
RUN_FOR = "cloister.dev/pretend-to-run-for"
_TENANT = "cloister.dev/tenant"
_PROVEN = "node-restriction.kubernetes.io/cloister-tenant"


class Kwok:
    def __init__(self, control_plane: ControlPlane, *, run_seconds: float = 0) -> None:
        """`run_seconds`: how long a Job's pod runs that has no annotation."""
        self._control_plane = control_plane
        self._run_seconds = run_seconds

    def start(self) -> None:
        command = [
            str(binaries.kwok()),
            f"--kubeconfig={self._control_plane.kubeconfig}",
            f"--config={self._stages()}",
            f"--manage-nodes-with-annotation-selector={ANNOTATION}=fake",
            "--node-ip=127.0.0.1",
            # One lease for each node, as a kubelet has it.
            "--node-lease-duration-seconds=40",
            # Neither logs nor metrics of pods that do nothing.
            "--server-address=",
        ]
        self._control_plane.processes.start(_NAME, command)

    def _stages(self) -> Path:
        stages = list(yaml.safe_load_all(_STAGES.read_text()))
        for stage in stages:
            if stage["metadata"]["name"] == "pod-completes":
                stage["spec"]["delay"]["durationMilliseconds"] = round(self._run_seconds * 1000)
        file = self._control_plane.directory / "kwok-stages.yaml"
        file.write_text(yaml.safe_dump_all(stages))
        return file


def fake_node(name: str, *, pods: int = 110, cpu: str = "64", memory: str = "256Gi") -> dict[str, Any]:
    room = {"cpu": cpu, "memory": memory, "pods": str(pods)}
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "annotations": {ANNOTATION: "fake"}, "labels": labels},
        "status": {"capacity": room, "allocatable": room},
    }


def tenants_node(name: str, tenant: str, *, pods: int, cpu: str, memory: str) -> dict[str, Any]:
    """As one of the tenant's that the operator has proven: its pods alone may be on it."""
    node = fake_node(name, pods=pods, cpu=cpu, memory=memory)
    node["metadata"]["labels"] |= {_TENANT: tenant, _PROVEN: tenant}
    node["spec"] = {"taints": [{"key": _TENANT, "value": tenant, "effect": "NoSchedule"}]}
    return node
