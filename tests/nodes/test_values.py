"""Quantities, $(VARIABLES), capabilities, and what a machine has left for pods."""

from decimal import Decimal

import pytest

from nodes.capabilities import capabilities
from nodes.expand import expand
from nodes.fields import field_value, resource_value
from nodes.instances import Instance
from nodes.kubelet import Kubelet
from nodes.machine import node_object
from nodes.problems import ConfigError
from nodes.quantity import quantity, whole
from nodes.supported import unsupported

_INSTANCE = Instance(
    id="i-1",
    account="111122223333",
    region="us-east-1",
    state="running",
    private_dns_name="ip-10-0-0-1.ec2.internal",
    private_ip="10.0.0.1",
    type="m7i.xlarge",
    vcpus=4,
    memory_mib=16384,
    architecture="x86_64",
    zone="us-east-1a",
    user_data="",
)


@pytest.mark.parametrize(
    ("text", "value"),
    [("500m", "0.5"), ("2", "2"), ("1Gi", "1073741824"), ("1.5G", "1500000000"), ("1e3", "1000"), ("3E", "3e18")],
)
def test_quantities_are_read_with_their_suffixes(text: str, value: str) -> None:
    assert quantity(text) == Decimal(value)


def test_what_is_no_quantity_is_refused() -> None:
    with pytest.raises(ValueError, match="'1 GB' is no quantity"):
        quantity("1 GB")


def test_a_resource_is_rounded_up_to_its_divisor() -> None:
    assert whole(quantity("1500m")) == 2
    assert whole(quantity("1Gi"), quantity("1Mi")) == 1024
    container = {"resources": {"limits": {"memory": "1Gi"}}}
    assert resource_value(container, {"resource": "limits.memory", "divisor": "1Mi"}, {}) == "1024"
    # Where nothing is set, kubelet gives what the node has.
    assert resource_value({}, {"resource": "limits.cpu"}, {"cpu": "3920m"}) == "4"


def test_variables_are_replaced_and_the_unknown_left_alone() -> None:
    known = {"A": "1", "B": "$(A)"}
    assert expand("$(A) $(B) $(C) $$(A) $A", known) == "1 $(A) $(C) $(A) $A"


def test_labels_are_listed_as_the_downward_api_lists_them() -> None:
    pod = {
        "metadata": {"name": "p", "namespace": "n", "uid": "u", "labels": {"b": 'say "hi"', "a": "1"}},
        "spec": {"nodeName": "x"},
    }
    assert field_value(pod, "metadata.labels", "10.0.0.1") == 'a="1"\nb="say \\"hi\\""'
    assert field_value(pod, "metadata.labels['a']", "10.0.0.1") == "1"
    with pytest.raises(ConfigError, match="do not know the field"):
        field_value(pod, "status.phase", "10.0.0.1")


def test_all_capabilities_can_be_dropped_and_single_ones_added() -> None:
    assert capabilities({"capabilities": {"drop": ["ALL"]}}) == []
    assert capabilities({"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}) == [10]
    assert 21 not in capabilities({}), "CAP_SYS_ADMIN is not among the defaults"
    with pytest.raises(ConfigError, match="SYS_ADMIN"):
        capabilities({"capabilities": {"add": ["SYS_ADMIN"]}})


def test_a_node_offers_what_nodeadm_leaves_of_its_instance() -> None:
    node = node_object(_INSTANCE, Kubelet(max_pods=58))
    assert node["spec"]["providerID"] == "aws:///us-east-1a/i-1"
    assert node["status"]["capacity"]["cpu"] == "4"
    # 60 + 10 + 5 + 5 millicores; 11 MiB for each pod and 255, and 100 for evictions.
    assert node["status"]["allocatable"]["cpu"] == "3920m"
    memory = quantity(node["status"]["capacity"]["memory"]) - quantity(node["status"]["allocatable"]["memory"])
    assert abs(memory - quantity(f"{58 * 11 + 255 + 100}Mi")) <= quantity("1Mi")
    assert node["status"]["allocatable"]["pods"] == "58"


def test_what_is_reserved_in_user_data_replaces_the_defaults() -> None:
    node = node_object(_INSTANCE, Kubelet(kube_reserved={"cpu": "1"}, system_reserved={"cpu": "500m"}))
    assert node["status"]["allocatable"]["cpu"] == "2500m"


def test_all_that_the_local_nodes_lack_is_told() -> None:
    spec = {
        "hostPID": True,
        "volumes": [{"name": "data", "persistentVolumeClaim": {}}, {"name": "fine", "emptyDir": {}}],
        "containers": [{"name": "main", "livenessProbe": {}, "readinessProbe": {"exec": {}}}],
    }
    assert unsupported(spec) == [
        "spec.hostPID",
        "volume data: persistentVolumeClaim",
        "container main: readinessProbe",
    ]
