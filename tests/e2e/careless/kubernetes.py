"""Acts on the tenant's namespace and its guards."""

from e2e.careless.act import Act, Target
from e2e.kinds import Object

_ENFORCE = "pod-security.kubernetes.io/enforce"


def _spec(kind: str, name: str, target: Target) -> object:
    found = target.cluster.find(kind, name, target.tenant)
    return found and found["spec"]


def _delete(kind: str, name: str, target: Target) -> None:
    target.cluster.delete(kind, name, target.tenant)


def _allow_privileged(target: Target) -> Object:
    change = {"metadata": {"labels": {_ENFORCE: "privileged"}}}
    return target.cluster.patch("Namespace", target.tenant, change)


def _enforced(target: Target) -> object:
    return target.cluster.get("Namespace", target.tenant)["metadata"]["labels"].get(_ENFORCE)


def _open_egress(target: Target) -> Object:
    change: Object = {"spec": {"egress": [{}]}}
    name = "allow-dns-and-aws"
    return target.cluster.patch("NetworkPolicy", name, change, target.tenant)


ACTS = [
    Act(
        "deletes the default-deny NetworkPolicy",
        "ClientTenant",
        lambda t: f"networkpolicy/{t.tenant}/default-deny",
        "",
        lambda t: _delete("NetworkPolicy", "default-deny", t),
        lambda t: _spec("NetworkPolicy", "default-deny", t),
    ),
    Act(
        "opens all egress",
        "ClientTenant",
        lambda t: f"networkpolicy/{t.tenant}/allow-dns-and-aws",
        "spec.egress",
        _open_egress,
        lambda t: _spec("NetworkPolicy", "allow-dns-and-aws", t),
    ),
    Act(
        "deletes the ResourceQuota",
        "ClientTenant",
        lambda t: f"resourcequota/{t.tenant}/tenant",
        "",
        lambda t: _delete("ResourceQuota", "tenant", t),
        lambda t: _spec("ResourceQuota", "tenant", t),
    ),
    Act(
        "allows privileged pods",
        "ClientTenant",
        lambda t: f"namespace/{t.tenant}",
        f"metadata.labels.{_ENFORCE}",
        _allow_privileged,
        _enforced,
    ),
]
