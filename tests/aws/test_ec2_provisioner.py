"""The provisioner's policy: nodes of ours, and nobody else's."""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Call, Emulator, refused, trusting
from aws.ec2_world import card, data, key, plain, profile, run, tagged, tags, times

ROOT = f"arn:aws:iam::{PRODUCTION}:root"
NAME = {"InstanceProfileName": "cloister-acme-node"}
HOSTS = {"InstanceType": "m5.large", "Quantity": 1, "AvailabilityZone": "us-east-1a"}


@pytest.fixture
def admin(aws: Emulator) -> Any:
    times(aws, pending=0, shutting_down=0)
    return aws.client("ec2")


@pytest.fixture
def provisioner(aws: Emulator, admin: Any) -> Any:
    return aws.client("ec2", aws.assume())


def test_the_provisioner_manages_nodes_of_ours(aws: Emulator, admin: Any, provisioner: Any) -> None:
    admin_iam, iam = aws.client("iam"), aws.client("iam", aws.assume())
    admin_iam.create_role(RoleName="cloister-acme-node", AssumeRolePolicyDocument=trusting(ROOT), Tags=tags())
    arn = iam.create_instance_profile(**NAME, Tags=tags())["InstanceProfile"]["Arn"]
    iam.add_role_to_instance_profile(**NAME, RoleName="cloister-acme-node")
    iam.get_instance_profile(**NAME)
    given = {"LaunchTemplateData": data(key(aws), arn)}
    template = {"LaunchTemplateName": "cloister-acme"}
    provisioner.create_launch_template(**template, **given, TagSpecifications=tagged("launch-template"))
    provisioner.create_launch_template_version(**template, **given)
    provisioner.modify_launch_template(**template, DefaultVersion="2")
    provisioner.describe_launch_templates()
    provisioner.describe_launch_template_versions(**template)
    (host,) = provisioner.allocate_hosts(**HOSTS, TagSpecifications=tagged("dedicated-host"))["HostIds"]
    made = run(provisioner, LaunchTemplate=template, NetworkInterfaces=card())["InstanceId"]
    placed = {"Placement": {"Tenancy": "host", "HostId": host}}
    other = run(provisioner, LaunchTemplate=template, NetworkInterfaces=card(), **placed)["InstanceId"]
    provisioner.describe_instances(InstanceIds=[made])
    assert len(provisioner.describe_instance_status()["InstanceStatuses"]) == 2, "their key was granted"
    provisioner.describe_instance_types(InstanceTypes=["m5.large"])
    provisioner.describe_images()
    provisioner.describe_subnets()
    provisioner.describe_volumes()
    provisioner.describe_hosts()
    provisioner.get_ebs_encryption_by_default()
    provisioner.create_tags(Resources=[made], Tags=[{"Key": "a", "Value": "b"}])
    provisioner.delete_tags(Resources=[made], Tags=[{"Key": "a"}])
    provisioner.terminate_instances(InstanceIds=[made, other])
    provisioner.release_hosts(HostIds=[host])
    provisioner.delete_launch_template(**template)
    iam.remove_role_from_instance_profile(**NAME, RoleName="cloister-acme-node")
    iam.delete_instance_profile(**NAME)
    assert aws.violations() == []


def test_the_provisioner_manages_no_others(aws: Emulator, admin: Any, provisioner: Any) -> None:
    foreign = plain(admin)["InstanceId"]
    admin.create_launch_template(LaunchTemplateName="cloister-x", LaunchTemplateData={"InstanceType": "m5.large"})
    (host,) = admin.allocate_hosts(**HOSTS)["HostIds"]
    profile(aws, "powerful")
    made = plain(provisioner, TagSpecifications=tagged("instance", "volume", "network-interface"))["InstanceId"]
    given = {"TagSpecifications": tagged("instance", "volume", "network-interface")}
    new = {"LaunchTemplateName": "new", "LaunchTemplateData": {"InstanceType": "m5.large"}}
    template = {"LaunchTemplateName": "cloister-x"}
    calls: list[Call] = [
        lambda: plain(provisioner),
        lambda: plain(provisioner, TagSpecifications=tagged("instance")),
        lambda: plain(provisioner, **given, LaunchTemplate=template),
        lambda: plain(provisioner, **given, IamInstanceProfile={"Name": "powerful"}),
        lambda: provisioner.terminate_instances(InstanceIds=[foreign]),
        lambda: provisioner.create_tags(Resources=[foreign], Tags=tags()),
        lambda: provisioner.create_launch_template(**new),
        lambda: provisioner.modify_launch_template(**template, DefaultVersion="1"),
        lambda: provisioner.delete_launch_template(**template),
        lambda: provisioner.delete_launch_template_versions(**template, Versions=["2"]),
        lambda: provisioner.allocate_hosts(**HOSTS),
        lambda: provisioner.release_hosts(HostIds=[host]),
        lambda: provisioner.modify_instance_metadata_options(InstanceId=made, HttpTokens="optional"),
        lambda: provisioner.disable_ebs_encryption_by_default(),
        lambda: provisioner.create_vpc(CidrBlock="10.9.0.0/16"),
    ]
    for call in calls:
        with refused("UnauthorizedOperation", 403):
            call()
    iam = aws.client("iam", aws.assume())
    calls = [
        lambda: iam.create_instance_profile(**NAME),
        lambda: iam.create_instance_profile(InstanceProfileName="elsewhere", Tags=tags()),
        lambda: iam.delete_instance_profile(InstanceProfileName="powerful"),
        lambda: iam.remove_role_from_instance_profile(InstanceProfileName="powerful", RoleName="powerful"),
    ]
    for call in calls:
        with refused("AccessDenied", 403):
            call()


def test_a_strangers_key_keeps_a_node_down(aws: Emulator, admin: Any, provisioner: Any) -> None:
    stranger = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    made = run(provisioner, **data(stranger, profile(aws)), NetworkInterfaces=card())["InstanceId"]
    (found,) = provisioner.describe_instances(InstanceIds=[made])["Reservations"][0]["Instances"]
    assert found["StateReason"]["Code"] == "Client.InternalError"
