"""Looking at instances: filters, pages, events, and what a node agent is told.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
"""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, STAGING, Emulator, refused
from aws.ec2_world import IMAGE, SUBNET_A, SUBNET_B, card, listed, plain, run, tagged, times
from aws.ec2_world import template as make_template


@pytest.fixture
def ec2(aws: Emulator) -> Any:
    return aws.client("ec2")


@pytest.fixture
def quick(aws: Emulator, ec2: Any) -> Any:
    times(aws, pending=0, shutting_down=0)
    return ec2


def test_filters_choose(aws: Emulator, quick: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html"""
    one = plain(quick, Placement={"Tenancy": "dedicated"}, TagSpecifications=tagged("instance"), ClientToken="a")
    two = plain(quick, SubnetId=SUBNET_B, MetadataOptions={"HttpTokens": "optional"}, InstanceType="r5.large")
    first, second = [one["InstanceId"]], [two["InstanceId"]]
    quick.terminate_instances(InstanceIds=second)
    assert listed(quick, tenancy="dedicated") == listed(quick, client_token="a") == first
    assert listed(quick, instance_state_name="running") == listed(quick, subnet_id=SUBNET_A) == first
    assert listed(quick, tag_key="cloister.dev/owner-uid") == listed(quick, tag_key="cloister*") == first
    assert listed(quick, **{"tag:cloister.dev/owner-uid": "u?"}) == first
    assert listed(quick, **{"tag:cloister.dev/owner-uid": "u2"}) == []
    assert listed(quick, metadata_options__http_tokens="optional", tenancy="default") == second
    assert listed(quick, instance_type="r5*") == second and listed(quick, subnet_id=SUBNET_B) == []
    values = [{"Name": "instance-state-name", "Values": ["running", "terminated"]}]
    assert len(quick.describe_instances(Filters=values)["Reservations"]) == 2
    with refused("InvalidParameterValue", 400, "tenantcy"):
        listed(quick, tenantcy="dedicated")
    with refused("NotImplemented", 501):  # nobody may see those of AWS's own services here
        quick.describe_instances(IncludeManagedResources=True)


def test_unknown_parameters_are_refused(aws: Emulator, ec2: Any) -> None:
    def misspell(params: dict[str, Any], **more: Any) -> None:
        params["body"]["Filtre.1.Name"] = "tenancy"

    ec2.meta.events.register("before-call.ec2.DescribeInstances", misspell)
    with refused("UnknownParameter", 400, "Filtre"):
        ec2.describe_instances()


def test_instances_come_in_pages(quick: Any) -> None:
    made = [plain(quick)["InstanceId"] for _ in range(7)]
    first = quick.describe_instances(MaxResults=5)
    second = quick.describe_instances(MaxResults=5, NextToken=first["NextToken"])
    ids = [each["InstanceId"] for page in (first, second) for one in page["Reservations"] for each in one["Instances"]]
    assert ids == made and "NextToken" not in second
    with refused("InvalidParameterCombination"):
        quick.describe_instances(InstanceIds=made[:1], MaxResults=5)
    with refused("InvalidParameterValue"):
        quick.describe_instances(MaxResults=4)
    with refused("InvalidParameterValue"):
        quick.describe_instances(NextToken="x")


def test_aws_schedules_events(aws: Emulator, ec2: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instances-status-check_sched.html"""
    times(aws, pending=0)
    identifier = plain(ec2)["InstanceId"]
    times(aws, pending=3600)
    starting = plain(ec2)["InstanceId"]

    def statuses(**more: Any) -> list[dict[str, Any]]:
        return list(ec2.describe_instance_status(**more)["InstanceStatuses"])

    (status,) = statuses()
    assert (status["InstanceId"], status["SystemStatus"]["Status"], status["Events"]) == (identifier, "ok", [])
    every = statuses(IncludeAllInstances=True)
    assert [each["InstanceId"] for each in every] == [identifier, starting]
    assert every[1]["InstanceStatus"]["Status"] == "initializing"
    aws.control("POST", "/ec2/events", {"instance": identifier, "code": "instance-retirement", "seconds": 60})
    wanted = [{"Name": "event.code", "Values": ["instance-retirement", "system-reboot"]}]
    (event,) = statuses(Filters=wanted)[0]["Events"]
    assert event["Code"] == "instance-retirement" and event["NotBefore"] < event["NotAfter"]
    assert event["InstanceEventId"].startswith("instance-event-")
    aws.control("POST", "/ec2/events", {"instance": identifier, "completed": True})
    (event,) = statuses(InstanceIds=[identifier])[0]["Events"]
    assert event["Description"].startswith("[Completed] ")


def test_tagged_instances_are_in_the_tagging_index(aws: Emulator, quick: Any) -> None:
    identifier = plain(quick, TagSpecifications=tagged("instance", "volume"))["InstanceId"]
    tagging = aws.client("resourcegroupstaggingapi")

    def arns(*kinds: str) -> list[str]:
        found = tagging.get_resources(ResourceTypeFilters=list(kinds))["ResourceTagMappingList"]
        return [each["ResourceARN"] for each in found]

    assert arns("ec2:instance") == [f"arn:aws:ec2:us-east-1:{PRODUCTION}:instance/{identifier}"]
    assert len(arns("ec2")) == 2


def test_what_a_node_agent_needs(aws: Emulator, quick: Any) -> None:
    make_template(aws, quick)
    given = {"LaunchTemplate": {"LaunchTemplateName": "cloister-acme"}, "NetworkInterfaces": card(SUBNET_B)}
    identifier = run(quick, **given)["InstanceId"]
    plain(aws.client("ec2", aws.credentials(STAGING)), SubnetId="subnet-0c10157e3000000a1")
    assert len(aws.control("GET", "/instances")["instances"]) == 2
    (found,) = aws.control("GET", f"/instances?account={PRODUCTION}&state=running")["instances"]
    assert found["private_dns_name"] == f"ip-{found['private_ip'].replace('.', '-')}.ec2.internal"
    assert found["tags"]["cloister.dev/owner-uid"] == "u1"
    expected = {
        "id": identifier, "account": PRODUCTION, "region": "us-east-1", "state": "running", "type": "m5.large",
        "vcpus": 2, "memory_mib": 8192, "zone": "us-east-1b", "subnet": SUBNET_B, "user_data": "node: settings",
        "tenancy": "dedicated", "image": IMAGE,
    }  # fmt: skip
    assert found | expected == found


def test_types_and_images_are_described(ec2: Any) -> None:
    (found,) = ec2.describe_instance_types(InstanceTypes=["m6i.xlarge"])["InstanceTypes"]
    assert (found["VCpuInfo"]["DefaultVCpus"], found["MemoryInfo"]["SizeInMiB"]) == (4, 16384)
    assert found["DedicatedHostsSupported"] is True
    small = [{"Name": "vcpu-info.default-vcpus", "Values": ["2"]}, {"Name": "instance-type", "Values": ["m*"]}]
    names = [each["InstanceType"] for each in ec2.describe_instance_types(Filters=small)["InstanceTypes"]]
    assert names == ["m5.large", "m6i.large", "m6g.large"]
    with refused("InvalidInstanceType"):
        ec2.describe_instance_types(InstanceTypes=["m5.tiny"])
    (image,) = ec2.describe_images(ImageIds=[IMAGE])["Images"]
    assert (image["State"], image["Architecture"], image["RootDeviceName"]) == ("available", "x86_64", "/dev/xvda")
    newest = ec2.describe_images(Owners=["amazon"], Filters=[{"Name": "architecture", "Values": ["x86_64"]}])["Images"]
    assert len({each["CreationDate"] for each in newest}) == 2
    with refused("InvalidAMIID.NotFound"):
        ec2.describe_images(ImageIds=["ami-0c10157e0000000ff"])
