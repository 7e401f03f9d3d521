"""Which pods the admission policies let onto tenants' nodes. The API server is real; no operator is needed."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from e2e.cluster import Cluster, RefusedError
from e2e.kinds import Object
from local.controlplane import ControlPlane
from local.waiting import wait_for

POLICIES = Path(__file__).resolve().parent.parent.parent / "crds" / "admission.yaml"
PROVEN = "node-restriction.kubernetes.io/cloister-tenant"
OWN: Object = {"key": "cloister.dev/tenant", "operator": "Equal", "value": "acme", "effect": "NoSchedule"}
EVERYTHING: Object = {"operator": "Exists"}
DAEMON: Object = {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "d", "uid": "1", "controller": True}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with ControlPlane(Path(tmp_path_factory.mktemp("pods"))) as control_plane:
        found = Cluster(control_plane)
        for name, labels in (("acme", {"cloister.dev/nodes": "true"}), ("elsewhere", {})):
            found.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
        found.apply(POLICIES)
        # The API server takes up each policy at a time of its own.
        for namespace in ("acme", "elsewhere"):
            wait_for("the policies", partial(_binds, found, namespace), timeout=30)
        wait_for("the mutation", lambda: refused(found, "acme") == "", timeout=30)
        yield found


def _binds(cluster: Cluster, namespace: str) -> bool:
    return refused(cluster, namespace, nodeName="x") != ""


def created(cluster: Cluster, namespace: str, **spec: Any) -> Object:
    """As it would stand: nothing is kept."""
    owners = [DAEMON] if spec.pop("of_daemonset", False) else []
    labels = spec.pop("labels", {})
    base = {"containers": [{"name": "main", "image": "registry.example/one"}]}
    meta = {"name": "probe", "namespace": namespace, "ownerReferences": owners, "labels": labels}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": base | spec}
    (answer,) = cluster.apply(pod, dry_run=True)
    return answer


def refused(cluster: Cluster, namespace: str, **spec: Any) -> str:
    """In what words; empty where it is taken."""
    try:
        created(cluster, namespace, **spec)
    except RefusedError as error:
        return str(error.message)
    return ""


def test_a_pod_that_says_nothing_gets_its_tenants_nodes(cluster: Cluster) -> None:
    found = created(cluster, "acme")
    assert found["metadata"]["labels"]["cloister.dev/tenant"] == "acme"
    assert found["spec"]["nodeSelector"] == {PROVEN: "acme"}
    assert OWN in found["spec"]["tolerations"]


def test_what_a_pod_says_besides_stays(cluster: Cluster) -> None:
    zone = {"topology.kubernetes.io/zone": "us-east-1a"}
    other: Object = {"key": "example.com/gpu", "operator": "Exists"}
    found = created(cluster, "acme", nodeSelector=zone, tolerations=[other], labels={"app": "etl"})
    assert found["spec"]["nodeSelector"] == zone | {PROVEN: "acme"}
    assert other in found["spec"]["tolerations"]
    assert OWN in found["spec"]["tolerations"]
    assert found["metadata"]["labels"] == {"app": "etl", "cloister.dev/tenant": "acme"}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"nodeSelector": {PROVEN: "beta"}}, f"write nodeSelector: {{{PROVEN}: acme}}"),
        ({"tolerations": [OWN | {"value": "beta"}]}, "write tolerations: [{key: cloister.dev/tenant"),
        ({"tolerations": [{"key": "cloister.dev/tenant", "operator": "Exists"}]}, "of no other's"),
        ({"tolerations": [OWN, OWN | {"value": "beta"}]}, "of no other's"),
        ({"tolerations": [OWN, EVERYTHING]}, "name the taints, such as key: cloister.dev/tenant"),
        ({"tolerations": [OWN, {"key": "cloister.dev/unproven", "operator": "Exists"}]}, "is unproven or draining"),
        ({"nodeName": "ip-10-0-0-1"}, "nodeName passes over the scheduler"),
        ({"labels": {"cloister.dev/tenant": "beta"}}, "write metadata.labels: {cloister.dev/tenant: acme}"),
    ],
)
def test_a_pod_of_the_tenant_that_reaches_elsewhere_is_refused(cluster: Cluster, spec: Object, said: str) -> None:
    assert said in refused(cluster, "acme", **spec)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"tolerations": [OWN]}, "remove the toleration of cloister.dev/tenant"),
        ({"tolerations": [EVERYTHING]}, "a toleration without a key"),
        ({"tolerations": [EVERYTHING], "of_daemonset": True}, "a toleration without a key"),
        ({"nodeSelector": {PROVEN: "acme"}}, "create the pod in the tenant's namespace"),
        ({"nodeName": "ip-10-0-0-1"}, "nodeName passes over the scheduler"),
    ],
)
def test_others_stay_off_tenants_nodes(cluster: Cluster, spec: Object, said: str) -> None:
    assert said in refused(cluster, "elsewhere", **spec)


def test_daemonsets_of_the_system_are_on_every_node(cluster: Cluster) -> None:
    assert refused(cluster, "kube-system", tolerations=[EVERYTHING], of_daemonset=True) == ""
    assert "a toleration without a key" in refused(cluster, "kube-system", tolerations=[EVERYTHING])


def test_an_ordinary_pod_elsewhere_is_let_alone(cluster: Cluster) -> None:
    found = created(cluster, "elsewhere", tolerations=[{"key": "example.com/gpu", "operator": "Exists"}])
    assert "nodeSelector" not in found["spec"]
    only_evicted_later: Object = {"operator": "Exists", "effect": "NoExecute"}
    assert refused(cluster, "elsewhere", tolerations=[only_evicted_later]) == ""


def test_a_toleration_cannot_be_added_later(cluster: Cluster) -> None:
    spec = {"containers": [{"name": "main", "image": "registry.example/one"}]}
    meta = {"name": "later", "namespace": "acme"}
    cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})
    tolerations = cluster.get("Pod", "later", "acme")["spec"]["tolerations"]
    with pytest.raises(RefusedError, match="without a key tolerates every taint"):
        cluster.patch("Pod", "later", {"spec": {"tolerations": [*tolerations, EVERYTHING]}}, "acme")
