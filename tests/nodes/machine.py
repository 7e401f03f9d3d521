"""The Node object of an instance: what kubelet and the cloud controller say of it together."""

import platform
from decimal import Decimal

from local import binaries
from nodes.api import Object
from nodes.instances import Instance
from nodes.kubelet import Kubelet
from nodes.quantity import cores, mebibytes, quantity
from nodes.times import now

_MIB = Decimal(1024**2)
# What of an instance's memory the kernel and firmware take before kubelet sees it.
_MEMORY_SEEN = Decimal("0.965")
# The root volume of the AL2023 AMI by default.
_DISK = quantity("20Gi")
_EVICTION_MEMORY = 100 * _MIB
_EVICTION_DISK = Decimal("0.1")
# EC2's words and Kubernetes'.
_ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}


def node_object(instance: Instance, kubelet: Kubelet) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": instance.private_dns_name,
            "labels": default_labels(instance) | kubelet.labels,
        },
        "spec": {
            "providerID": f"aws:///{instance.zone}/{instance.id}",
            **({"taints": list(kubelet.taints)} if kubelet.taints else {}),
        },
        "status": node_status(instance, kubelet),
    }


def default_labels(instance: Instance) -> dict[str, str]:
    return {
        "kubernetes.io/hostname": instance.private_dns_name,
        "kubernetes.io/arch": _ARCHITECTURES[instance.architecture],
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": instance.type,
        "topology.kubernetes.io/zone": instance.zone,
        "topology.kubernetes.io/region": instance.region,
    }


def node_status(instance: Instance, kubelet: Kubelet) -> Object:
    return {
        **_resources(instance, kubelet),
        "addresses": [
            {"type": "InternalIP", "address": instance.private_ip},
            {"type": "Hostname", "address": instance.private_dns_name},
            {"type": "InternalDNS", "address": instance.private_dns_name},
        ],
        "conditions": [
            _condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
            _condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
            _condition("PIDPressure", "False", "KubeletHasSufficientPID"),
            _condition("Ready", "True", "KubeletReady"),
        ],
        "nodeInfo": {
            "architecture": default_labels(instance)["kubernetes.io/arch"],
            "bootID": instance.id,
            "containerRuntimeVersion": "process://1",
            "kernelVersion": platform.release(),
            "kubeProxyVersion": "",
            "kubeletVersion": binaries.kubernetes_version(),
            "machineID": instance.id,
            "operatingSystem": "linux",
            "osImage": "Amazon Linux 2023 (local)",
            "systemUUID": instance.id,
        },
    }


def allocatable(instance: Instance, kubelet: Kubelet) -> dict[str, str]:
    found: dict[str, str] = _resources(instance, kubelet)["allocatable"]
    return found


def _resources(instance: Instance, kubelet: Kubelet) -> Object:
    memory = instance.memory_mib * _MIB * _MEMORY_SEEN
    reserved = _defaults(instance, kubelet) if kubelet.kube_reserved is None else kubelet.kube_reserved

    def left(total: Decimal, resource: str) -> Decimal:
        kept = sum((quantity(of.get(resource, "0")) for of in (reserved, kubelet.system_reserved)), Decimal(0))
        return max(total - kept, Decimal(0))

    return {
        "capacity": {
            "cpu": str(instance.vcpus),
            "memory": mebibytes(memory),
            "ephemeral-storage": mebibytes(_DISK),
            "pods": str(kubelet.max_pods),
        },
        "allocatable": {
            "cpu": cores(left(Decimal(instance.vcpus), "cpu")),
            "memory": mebibytes(left(memory - _EVICTION_MEMORY, "memory")),
            "ephemeral-storage": mebibytes(left(_DISK * (1 - _EVICTION_DISK), "ephemeral-storage")),
            "pods": str(kubelet.max_pods),
        },
    }


def _defaults(instance: Instance, kubelet: Kubelet) -> dict[str, str]:
    """nodeadm's: 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of others; memory by pods."""
    shares = [Decimal(60), Decimal(10), Decimal(5), Decimal(5)] + [Decimal("2.5")] * max(instance.vcpus - 4, 0)
    return {
        "cpu": f"{int(sum(shares[: instance.vcpus]))}m",
        "memory": f"{11 * kubelet.max_pods + 255}Mi",
        "ephemeral-storage": "1Gi",
    }


def _condition(name: str, status: str, reason: str) -> Object:
    at = now()
    return {
        "type": name,
        "status": status,
        "reason": reason,
        "message": f"kubelet says {reason}",
        "lastHeartbeatTime": at,
        "lastTransitionTime": at,
    }
