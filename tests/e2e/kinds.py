"""Where the API server keeps each kind that the tests touch."""

from typing import Any

Object = dict[str, Any]

_CLUSTER_SCOPED = {
    "ClientTenant",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "Environment",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "Namespace",
    "Node",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
}
_VERSIONS = {
    "ClientTenant": "cloister.dev/v1alpha1",
    "Environment": "cloister.dev/v1alpha1",
    "IngestBucket": "cloister.dev/v1alpha1",
    "RedshiftSchema": "cloister.dev/v1alpha1",
    "EtlPipeline": "cloister.dev/v1alpha1",
    "AnalyticsApp": "cloister.dev/v1alpha1",
    "ClusterRole": "rbac.authorization.k8s.io/v1",
    "ClusterRoleBinding": "rbac.authorization.k8s.io/v1",
    "Role": "rbac.authorization.k8s.io/v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1",
    "Deployment": "apps/v1",
    "PodDisruptionBudget": "policy/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "Certificate": "cert-manager.io/v1",
    "TLSRoute": "gateway.networking.k8s.io/v1alpha3",
    "ReplicaSet": "apps/v1",
    "Event": "events.k8s.io/v1",
    "Job": "batch/v1",
    "Lease": "coordination.k8s.io/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "MutatingAdmissionPolicy": "admissionregistration.k8s.io/v1",
    "MutatingAdmissionPolicyBinding": "admissionregistration.k8s.io/v1",
    "ValidatingAdmissionPolicy": "admissionregistration.k8s.io/v1",
    "ValidatingAdmissionPolicyBinding": "admissionregistration.k8s.io/v1",
}


def path(kind: str, namespace: str = "", name: str = "") -> str:
    version = _VERSIONS.get(kind, "v1")
    root = f"/api/{version}" if version == "v1" else f"/apis/{version}"
    lower = kind.lower()
    plural = lower.removesuffix("y") + "ies" if kind.endswith("Policy") else f"{lower}s"
    # An Event is listed over all namespaces when none is given.
    within = f"/namespaces/{namespace}" if namespace and kind not in _CLUSTER_SCOPED else ""
    return f"{root}{within}/{plural}" + (f"/{name}" if name else "")


def documented(kind: str, name: str, namespace: str = "") -> str:
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def condition(thing: Object, type_: str) -> Object:
    """A condition by its type; empty if the object has none such."""
    found = thing.get("status", {}).get("conditions", [])
    return next((dict(c) for c in found if c["type"] == type_), {})


def is_ready(thing: Object | None) -> bool:
    """Ready, and not merely of an earlier generation."""
    if thing is None:
        return False
    ready = condition(thing, "Ready")
    current = ready.get("observedGeneration") == thing["metadata"]["generation"]
    return ready.get("status") == "True" and current
