"""From an instance to a Node object and back, under Node authorization and NodeRestriction."""

import pytest

from e2e.cluster import RefusedError
from local.waiting import wait_for
from nodes.api import Api, ApiError
from nodes.podspecs import is_over, is_running, pod
from nodes.site import Site, is_lost, is_ready


def test_an_instance_becomes_a_node(site: Site, node: str) -> None:
    found = site.cluster.get("Node", node)
    assert found["spec"]["providerID"] == "aws:///us-east-1a/i-00000000000000001"
    labels = found["metadata"]["labels"]
    assert labels["kubernetes.io/hostname"] == node
    assert labels["node.kubernetes.io/instance-type"] == "m7i.large"
    assert labels["topology.kubernetes.io/zone"] == "us-east-1a"
    assert labels["topology.kubernetes.io/region"] == "us-east-1"
    assert labels["cloister.dev/pool"] == "shared"
    assert {"type": "InternalIP", "address": "10.0.0.1"} in found["status"]["addresses"]
    assert found["status"]["allocatable"]["pods"] == "58"
    lease = site.cluster.wait("Lease", node, lambda one: one is not None, "kube-node-lease")
    assert lease is not None
    assert lease["metadata"]["ownerReferences"][0]["uid"] == found["metadata"]["uid"]


def test_a_node_speaks_in_its_own_name_only(site: Site, node: str) -> None:
    other = site.boot(2)
    pki = site.control_plane.keys.authority.parent
    user = f"system-node-{node}"
    own = Api(site.control_plane.url, pki / "ca.crt", (pki / f"{user}.crt", pki / f"{user}.key"))
    assert own.get(f"/api/v1/nodes/{node}")["metadata"]["name"] == node
    for path, change in (
        (f"/api/v1/nodes/{other}", {"metadata": {"labels": {"cloister.dev/pool": "stolen"}}}),
        (f"/api/v1/nodes/{node}", {"metadata": {"labels": {"node-restriction.kubernetes.io/tenant": "x"}}}),
        (f"/api/v1/nodes/{node}", {"spec": {"taints": [{"key": "x", "effect": "NoSchedule"}]}}),
    ):
        with pytest.raises(ApiError, match="403"):
            own.patch(path, change)
    site.terminate(2)


def test_taints_of_the_user_data_keep_pods_off(site: Site) -> None:
    tainted = site.boot(3, flags=["--register-with-taints=cloister.dev/tenant=acme:NoSchedule"])
    cluster = site.cluster
    cluster.create(pod("stranger", "true", node=tainted), "default")
    toleration = {"key": "cloister.dev/tenant", "operator": "Equal", "value": "acme", "effect": "NoSchedule"}
    cluster.create(pod("member", "true", node=tainted, tolerations=[toleration]), "default")
    member = cluster.wait("Pod", "member", is_over, "default")
    assert member is not None and member["spec"]["nodeName"] == tainted
    stranger = cluster.get("Pod", "stranger", "default")
    assert "nodeName" not in stranger["spec"]
    (scheduled,) = [one for one in stranger["status"]["conditions"] if one["type"] == "PodScheduled"]
    assert "untolerated taint" in scheduled["message"]
    cluster.delete("Pod", "stranger", "default")
    site.terminate(3)


@pytest.mark.parametrize(
    ("number", "user_data", "told"),
    [
        (4, "#!/bin/sh\n", "user data is unusable: it is no NodeConfig"),
        (
            5,
            "{apiVersion: node.eks.aws/v1alpha1, kind: NodeConfig, spec: {cluster: {}}}",
            "spec.cluster.cidr is missing",
        ),
    ],
)
def test_an_instance_with_wrong_user_data_never_joins(site: Site, number: int, user_data: str, told: str) -> None:
    name = site.ec2.boot(number, user_data)
    wait_for("the complaint", lambda: told in site.agent_log(), timeout=10)
    assert f"i-{number:017x} never becomes a node" in site.agent_log()
    assert site.cluster.find("Node", name) is None


def test_a_node_whose_api_server_does_not_answer_never_joins(site: Site) -> None:
    wrong = site.user_data([]).replace(site.control_plane.url, "https://127.0.0.1:1")
    name = site.ec2.boot(6, wrong)
    wait_for("the complaint", lambda: f"{name}: cannot register" in site.agent_log(), timeout=20)
    assert site.cluster.find("Node", name) is None
    site.terminate(6, node=False)


def test_an_instance_that_is_terminated_takes_its_pods_with_it(site: Site) -> None:
    """Its processes die at once and say nothing; the Node object stays and is found to be lost."""
    name = site.boot(7)
    cluster = site.cluster
    cluster.create(pod("cut-off", "echo begun; trap '' TERM; sleep 600", node=name), "default")
    found = cluster.wait("Pod", "cut-off", is_running, "default")
    assert found is not None
    site.ec2.set_state(7, "shutting-down")
    wait_for("the end of power", lambda: f"{name}: lost its power with 1 containers" in site.agent_log(), timeout=20)
    assert cluster.get("Pod", "cut-off", "default")["status"]["phase"] == "Running"
    cluster.wait("Node", name, is_lost, timeout=GRACE_AND_MORE)
    # What the operator or the cloud controller does then; the pod collector does the rest.
    cluster.delete("Node", name)
    ended = cluster.wait("Pod", "cut-off", lambda one: one is None or is_over(one), "default", timeout=120)
    if ended is not None:
        assert ended["status"]["phase"] == "Failed"
        assert any(one["type"] == "DisruptionTarget" for one in ended["status"]["conditions"])


def test_a_deleted_node_object_comes_back_only_when_the_node_starts(site: Site) -> None:
    name = site.boot(8)
    site.cluster.delete("Node", name)
    wait_for("the complaint", lambda: f"{name}: the Node object is gone" in site.agent_log(), timeout=30)
    assert site.cluster.find("Node", name) is None
    site.ec2.set_state(8, "stopped")
    wait_for("the stop", lambda: f"{name}: lost its power" in site.agent_log(), timeout=20)
    site.ec2.set_state(8, "running")
    site.cluster.wait("Node", name, is_ready)
    site.terminate(8)


def test_the_lease_of_a_node_is_written_by_itself(site: Site, node: str) -> None:
    writers = {
        event["user"]["username"]
        for event in site.control_plane.audit()
        if event.get("objectRef", {}).get("resource") in ("leases", "nodes")
        and event["objectRef"].get("name") == node
        and event["verb"] in ("create", "update", "patch")
        and event["user"]["username"].startswith(("system:node:", "admin"))
    }
    assert writers == {f"system:node:{node}"}
    with pytest.raises(RefusedError):
        site.cluster.get("Lease", "nobody", "kube-node-lease")


# The controller looks every five seconds, on a machine with other work to do.
GRACE_AND_MORE = 90.0
