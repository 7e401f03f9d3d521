"""Instances over time: states, tokens, filters, events, capacity.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
"""

import time
from typing import Any

import pytest

from aws.conftest import STAGING, Call, Emulator, refused
from aws.ec2_world import SUBNET_A, SUBNET_B, listed, plain, seen, state, times

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


def test_a_new_instance_is_not_seen_at_once(aws: Emulator, quick: Any) -> None:
    """https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html"""
    aws.control("POST", "/faults", {"kind": "delayed_visibility", "ms": 300, "operation": "RunInstances"})
    identifier = plain(quick)["InstanceId"]
    with refused("InvalidInstanceID.NotFound"):
        seen(quick, identifier)
    time.sleep(0.4)
    assert state(quick, identifier) == "running"
