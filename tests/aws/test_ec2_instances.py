"""Instances over time: states, tokens, filters, events, capacity.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
"""

import time
from typing import Any

import pytest

from aws.conftest import PRODUCTION, STAGING, Call, Emulator, refused
from aws.ec2_world import IMAGE, SUBNET_A, SUBNET_B, card, listed, plain, run, seen, state, tagged, times
from aws.ec2_world import template as make_template

TERMINATED = "Client.UserInitiatedShutdown"


@pytest.fixture
def ec2(aws: Emulator) -> Any:
    return aws.client("ec2")


@pytest.fixture
def quick(aws: Emulator, ec2: Any) -> Any:
    times(aws, pending=0, shutting_down=0)
    return ec2


def test_an_instance_lives_and_ends(aws: Emulator, ec2: Any) -> None:
    times(aws, pending=3600, shutting_down=3600)
    made = plain(ec2)
    identifier = made["InstanceId"]
    assert made["State"] == {"Code": 0, "Name": "pending"}
    assert made["PrivateIpAddress"] and made["PrivateDnsName"]
    aws.control("POST", "/ec2/finish")
    assert seen(ec2, identifier)["State"] == {"Code": 16, "Name": "running"}
    (change,) = ec2.terminate_instances(InstanceIds=[identifier])["TerminatingInstances"]
    assert change["PreviousState"]["Name"] == "running"
    assert change["CurrentState"] == {"Code": 32, "Name": "shutting-down"}
    aws.control("POST", f"/ec2/finish?instance={identifier}")
    ended = seen(ec2, identifier)
    assert ended["State"] == {"Code": 48, "Name": "terminated"}
    assert ended["StateReason"] == {"Code": TERMINATED, "Message": f"{TERMINATED}: User initiated shutdown"}
    assert ended["StateTransitionReason"].startswith("User initiated (")
    assert "SubnetId" not in ended and "PrivateIpAddress" not in ended
    assert ended["NetworkInterfaces"] == [] and ended["BlockDeviceMappings"] == []
    assert ec2.describe_volumes()["Volumes"] == []
    (again,) = ec2.terminate_instances(InstanceIds=[identifier])["TerminatingInstances"]
    assert again["PreviousState"]["Name"] == again["CurrentState"]["Name"] == "terminated"
    assert aws.control("POST", "/ec2/forget") == {"forgotten": 1}
    with refused("InvalidInstanceID.NotFound", 400, identifier):
        seen(ec2, identifier)


def test_terminated_instances_are_shown_for_a_while(aws: Emulator, quick: Any) -> None:
    times(aws, terminated=0.2)
    identifier = plain(quick)["InstanceId"]
    quick.terminate_instances(InstanceIds=[identifier])
    assert state(quick, identifier) == "terminated"
    time.sleep(0.25)
    assert quick.describe_instances()["Reservations"] == []


def test_all_or_none_are_terminated(quick: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html"""
    loose, held = plain(quick)["InstanceId"], plain(quick, DisableApiTermination=True)["InstanceId"]
    calls: list[tuple[str, Call]] = [
        ("OperationNotPermitted", lambda: quick.terminate_instances(InstanceIds=[loose, held])),
        ("InvalidInstanceID.NotFound", lambda: quick.terminate_instances(InstanceIds=[loose, "i-0c10157e0000000ff"])),
        ("InvalidInstanceID.Malformed", lambda: quick.terminate_instances(InstanceIds=[loose, "i-x"])),
    ]
    for code, call in calls:
        with refused(code):
            call()
    assert state(quick, loose) == "running"


def test_a_volume_may_outlive_its_instance(quick: Any) -> None:
    mapping = [{"DeviceName": "/dev/xvdb", "Ebs": {"VolumeSize": 1}}]  # only the root volume goes by default
    identifier = plain(quick, BlockDeviceMappings=mapping)["InstanceId"]
    quick.terminate_instances(InstanceIds=[identifier])
    (left,) = quick.describe_volumes()["Volumes"]
    assert (left["State"], left["Attachments"], left["VolumeType"]) == ("available", [], "gp2")


def test_a_token_launches_once(aws: Emulator, quick: Any) -> None:
    """https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
    "The client token is valid for at least 24 hours after the termination of the instance."
    """
    first = plain(quick, ClientToken="once")
    assert plain(quick, ClientToken="once")["InstanceId"] == first["InstanceId"]
    with refused("IdempotentParameterMismatch", 400):
        plain(quick, ClientToken="once", InstanceType="m5.xlarge")
    assert listed(quick) == listed(quick, client_token="once") == [first["InstanceId"]]
    quick.terminate_instances(InstanceIds=[first["InstanceId"]])
    ended = plain(quick, ClientToken="once")
    assert (ended["InstanceId"], ended["State"]["Name"]) == (first["InstanceId"], "terminated")
    aws.control("POST", "/ec2/forget")
    assert plain(quick, ClientToken="once")["InstanceId"] == first["InstanceId"]
    other = aws.client("ec2", aws.credentials(STAGING))
    assert plain(other, SubnetId="subnet-0c10157e3000000a1", ClientToken="once")["InstanceId"] != first["InstanceId"]
    with refused("InvalidParameterValue"):
        plain(quick, ClientToken="x" * 65)


def test_a_refused_launch_does_not_use_up_its_token(aws: Emulator, quick: Any) -> None:
    aws.control("POST", "/ec2/capacity", {"type": "m5.large"})
    with refused("InsufficientInstanceCapacity", 500):
        plain(quick, ClientToken="t")
    aws.control("DELETE", "/ec2/capacity")
    assert plain(quick, ClientToken="t")["InstanceId"]


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


def test_there_is_not_always_capacity(aws: Emulator, quick: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html"""
    aws.control("POST", "/ec2/capacity", {"type": "m5.large", "subnet": SUBNET_A})
    with refused("InsufficientInstanceCapacity", 500, "us-east-1a"):
        plain(quick)
    plain(quick, SubnetId=SUBNET_B)
    plain(quick, InstanceType="m5.xlarge")
    aws.control("POST", "/ec2/capacity", {"type": "m5.large", "zone": "us-east-1b"})
    with refused("InsufficientInstanceCapacity", 500, "us-east-1b"):
        plain(quick, SubnetId=SUBNET_B)
    aws.control("DELETE", "/ec2/capacity?type=m5.large")
    plain(quick)


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


def test_aws_ends_instances(aws: Emulator, quick: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html"""
    identifier = plain(quick)["InstanceId"]
    aws.control("POST", "/ec2/terminate", {"instance": identifier})
    ended = seen(quick, identifier)
    assert ended["State"]["Name"] == "terminated" and ended["StateReason"]["Code"] == "Server.InternalError"


def test_an_instance_may_come_up_elsewhere_than_was_asked(aws: Emulator, quick: Any) -> None:
    aws.control("POST", "/ec2/tenancy", {"tenancy": "default"})
    asked = {"Placement": {"Tenancy": "dedicated"}}
    assert plain(quick, **asked)["Placement"]["Tenancy"] == "default"
    assert plain(quick, **asked)["Placement"]["Tenancy"] == "dedicated"


def test_metadata_options_drift(quick: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html"""
    identifier = plain(quick)["InstanceId"]
    answer = quick.modify_instance_metadata_options(InstanceId=identifier, HttpTokens="optional")
    assert answer["InstanceMetadataOptions"]["State"] == "pending"
    options = seen(quick, identifier)["MetadataOptions"]
    assert (options["HttpTokens"], options["HttpPutResponseHopLimit"], options["State"]) == ("optional", 2, "applied")
    with refused("InvalidParameterValue"):
        quick.modify_instance_metadata_options(InstanceId=identifier, HttpTokens="never")


def test_tags_come_and_go(quick: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html"""
    identifier = plain(quick)["InstanceId"]
    card_id = seen(quick, identifier)["NetworkInterfaces"][0]["NetworkInterfaceId"]
    quick.create_tags(Resources=[identifier, card_id], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    quick.delete_tags(Resources=[identifier], Tags=[{"Key": "a", "Value": "other"}, {"Key": "b"}])
    assert seen(quick, identifier)["Tags"] == [{"Key": "a", "Value": "1"}]
    quick.create_tags(Resources=[SUBNET_A], Tags=[{"Key": "a", "Value": "1"}])  # moto's
    assert quick.describe_subnets(SubnetIds=[SUBNET_A])["Subnets"][0]["Tags"] == [{"Key": "a", "Value": "1"}]
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    refusals: list[tuple[str, list[str], list[dict[str, str]]]] = [
        ("InvalidInstanceID.NotFound", ["i-0c10157e0000000ff"], many[:1]),
        ("InvalidParameterValue", [identifier], [{"Key": "aws:x", "Value": ""}]),
        ("TagLimitExceeded", [identifier], many),
    ]
    for code, resources, new in refusals:
        with refused(code):
            quick.create_tags(Resources=resources, Tags=new)


def test_tagged_instances_are_in_the_tagging_index(aws: Emulator, quick: Any) -> None:
    identifier = plain(quick, TagSpecifications=tagged("instance", "volume"))["InstanceId"]
    tagging = aws.client("resourcegroupstaggingapi")

    def arns(*kinds: str) -> list[str]:
        found = tagging.get_resources(ResourceTypeFilters=list(kinds))["ResourceTagMappingList"]
        return [each["ResourceARN"] for each in found]

    assert arns("ec2:instance") == [f"arn:aws:ec2:us-east-1:{PRODUCTION}:instance/{identifier}"]
    assert len(arns("ec2")) == 2


def test_a_new_instance_is_not_seen_at_once(aws: Emulator, quick: Any) -> None:
    """https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html"""
    aws.control("POST", "/faults", {"kind": "delayed_visibility", "ms": 300, "operation": "RunInstances"})
    identifier = plain(quick)["InstanceId"]
    with refused("InvalidInstanceID.NotFound"):
        seen(quick, identifier)
    time.sleep(0.4)
    assert state(quick, identifier) == "running"


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
