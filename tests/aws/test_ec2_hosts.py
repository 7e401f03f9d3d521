"""Dedicated Hosts.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-hosts-allocating.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-hosts-understanding.html
"""

from typing import Any

import pytest

from aws.conftest import Emulator, refused
from aws.ec2_world import SUBNET_B, listed, plain, tagged, tags, times

ZONE = {"AvailabilityZone": "us-east-1a"}


@pytest.fixture
def ec2(aws: Emulator) -> Any:
    times(aws, pending=0, shutting_down=0)
    return aws.client("ec2")


def allocate(ec2: Any, **more: Any) -> str:
    (made,) = ec2.allocate_hosts(**{"InstanceType": "m5.large", "Quantity": 1} | ZONE | more)["HostIds"]
    return str(made)


def seen(ec2: Any, host: str) -> dict[str, Any]:
    found: dict[str, Any] = ec2.describe_hosts(HostIds=[host])["Hosts"][0]
    return found


def on(ec2: Any, host: str, **more: Any) -> dict[str, Any]:
    return plain(ec2, Placement={"Tenancy": "host", "HostId": host} | more)


def test_an_instance_stands_on_its_host(ec2: Any) -> None:
    host = allocate(ec2, TagSpecifications=tagged("dedicated-host"))
    made = on(ec2, host, Affinity="host")
    assert {"Tenancy": "host", "HostId": host, "Affinity": "host"}.items() <= made["Placement"].items()
    found = seen(ec2, host)
    assert (found["State"], found["AutoPlacement"], found["Tags"]) == ("available", "on", tags())
    (instance,) = found["Instances"]
    assert (instance["InstanceId"], instance["InstanceType"]) == (made["InstanceId"], "m5.large")
    capacity = found["AvailableCapacity"]
    (of_type,) = capacity["AvailableInstanceCapacity"]
    assert (capacity["AvailableVCpus"], of_type["TotalCapacity"], of_type["AvailableCapacity"]) == (94, 48, 47)
    assert listed(ec2, host_id=host) == listed(ec2, tenancy="host") == [made["InstanceId"]]


def test_a_host_in_use_is_not_released(ec2: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseHosts.html"""
    used, free = allocate(ec2), allocate(ec2)
    instance = on(ec2, used)["InstanceId"]
    answer = ec2.release_hosts(HostIds=[used, free])
    assert answer["Successful"] == [free]
    (refusal,) = answer["Unsuccessful"]
    assert (refusal["ResourceId"], refusal["Error"]["Code"]) == (used, "Client.InvalidHost.Occupied")
    ec2.terminate_instances(InstanceIds=[instance])
    assert ec2.release_hosts(HostIds=[used])["Successful"] == [used]
    assert seen(ec2, used)["State"] == "released"
    with refused("InvalidHostID.NotFound"):
        on(ec2, used)


def test_untargeted_launches_go_where_auto_placement_is_on(ec2: Any) -> None:
    allocate(ec2, AutoPlacement="off")
    with refused("InsufficientHostCapacity", 500):
        plain(ec2, Placement={"Tenancy": "host"})
    host = allocate(ec2)
    assert plain(ec2, Placement={"Tenancy": "host"})["Placement"]["HostId"] == host
    with refused("InsufficientHostCapacity"):  # the host is in another zone
        plain(ec2, SubnetId=SUBNET_B, Placement={"Tenancy": "host"})


def test_a_host_has_room_for_so_many(ec2: Any) -> None:
    host = allocate(ec2, InstanceType="m5.4xlarge")
    placed = {"InstanceType": "m5.4xlarge", "Placement": {"Tenancy": "host", "HostId": host}}
    for _ in range(6):
        plain(ec2, **placed)
    with refused("InsufficientCapacityOnHost", 500):
        plain(ec2, **placed)


def test_a_host_is_for_its_type_or_family(ec2: Any) -> None:
    one, family = allocate(ec2), allocate(ec2, InstanceType="", InstanceFamily="m5")
    with refused("UnsupportedHostConfiguration"):
        plain(ec2, InstanceType="m5.xlarge", Placement={"Tenancy": "host", "HostId": one})
    with refused("UnsupportedHostConfiguration"):
        plain(ec2, InstanceType="r5.large", Placement={"Tenancy": "host", "HostId": family})
    plain(ec2, InstanceType="m5.xlarge", Placement={"Tenancy": "host", "HostId": family})
    assert seen(ec2, family)["AllowsMultipleInstanceTypes"] == "on"


def test_a_token_allocates_once(ec2: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AllocateHosts.html"""
    host = allocate(ec2, ClientToken="t")
    assert allocate(ec2, ClientToken="t") == host
    with refused("IdempotentParameterMismatch"):
        allocate(ec2, ClientToken="t", AutoPlacement="off")
    (found,) = ec2.describe_hosts(Filter=[{"Name": "client-token", "Values": ["t"]}])["Hosts"]
    assert found["HostId"] == host


def test_what_hosts_refuse(aws: Emulator, ec2: Any) -> None:
    refusals: list[tuple[str, dict[str, Any]]] = [
        ("InvalidParameterCombination", {"InstanceFamily": "m5"}),
        ("InvalidInstanceType", {"InstanceType": "m5.tiny"}),
        ("UnsupportedHostConfiguration", {"InstanceType": "t3.medium"}),
        ("InvalidParameterValue", {"AvailabilityZone": "us-east-1x"}),
        ("MissingParameter", {"AvailabilityZone": ""}),
        ("InvalidParameterValue", {"AutoPlacement": "maybe"}),
        ("NotImplemented", {"OutpostArn": "arn:aws:outposts:x"}),
    ]
    for code, given in refusals:
        with refused(code):
            allocate(ec2, **given)
    aws.control("POST", "/ec2/capacity", {"type": "m5.large"})
    with refused("InsufficientHostCapacity", 500):
        allocate(ec2)
    with refused("InvalidParameterCombination"):
        plain(ec2, InstanceType="r5.large", Placement={"Tenancy": "dedicated", "HostId": "h-0c10157e000000001"})
    with refused("InvalidHostID.NotFound"):
        ec2.describe_hosts(HostIds=["h-0c10157e000000001"])
