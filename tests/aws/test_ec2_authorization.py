"""Who may do what to instances.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html
"""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Call, Emulator, allow, deny, document, refused, trusting
from aws.ec2_world import IMAGE, SUBNET_A, card, plain, profile, run, tagged, times
from aws.ec2_world import template as make_template

ROOT = f"arn:aws:iam::{PRODUCTION}:root"
HERE = f"arn:aws:ec2:us-east-1:{PRODUCTION}"
OURS = {"Null": {"aws:RequestTag/cloister.dev/owner-uid": "false"}}
USED = ["arn:aws:ec2:*::image/*", f"{HERE}:subnet/*", f"{HERE}:security-group/*", f"{HERE}:launch-template/*"]
MADE = [f"{HERE}:instance/*", f"{HERE}:volume/*", f"{HERE}:network-interface/*"]
TAGS = allow("ec2:CreateTags", Condition={"StringEquals": {"ec2:CreateAction": "RunInstances"}})


@pytest.fixture
def admin(aws: Emulator) -> Any:
    times(aws, pending=0, shutting_down=0)
    return aws.client("ec2")


def session(aws: Emulator, *statements: dict[str, Any], service: str = "ec2", name: str = "r") -> Any:
    """A client of a role that is allowed just this."""
    iam = aws.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(ROOT))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(*statements))
    return aws.client(service, aws.credentials(role=name))


@pytest.mark.parametrize("lacking", ["image", "subnet", "security-group", "instance", "volume", "network-interface"])
def test_a_launch_needs_each_resource(aws: Emulator, admin: Any, lacking: str) -> None:
    allowed = [arn for arn in (*USED, *MADE) if f":{lacking}/" not in arn]
    client = session(aws, allow("ec2:RunInstances", allowed))
    with refused("UnauthorizedOperation", 403, f":{lacking}/"):
        plain(client)
    plain(session(aws, allow("ec2:RunInstances", [*USED, *MADE]), name="s"))


def test_a_launch_with_tags_needs_to_tag(aws: Emulator, admin: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"""
    runs = [allow("ec2:RunInstances", USED), allow("ec2:RunInstances", MADE, Condition=OURS)]
    every = tagged("instance", "volume", "network-interface")
    with refused("UnauthorizedOperation", 403, "ec2:CreateTags"):
        plain(session(aws, *runs), TagSpecifications=every)
    client = session(aws, *runs, TAGS, name="s")
    plain(client, TagSpecifications=every)
    for given in ([], tagged("instance"), tagged("volume", "network-interface")):
        with refused("UnauthorizedOperation", 403, "ec2:RunInstances"):
            plain(client, TagSpecifications=given)
    identifier = admin.describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]
    with refused("UnauthorizedOperation", 403, "ec2:CreateTags"):  # not at a launch
        client.create_tags(Resources=[identifier], Tags=[{"Key": "a", "Value": "b"}])


def test_tags_and_settings_of_a_template_count(aws: Emulator, admin: Any) -> None:
    make_template(aws, admin)
    iam = aws.client("iam")
    passing = allow("iam:PassRole", f"arn:aws:iam::{PRODUCTION}:role/cloister-acme-node")
    keys = allow("kms:*")
    settings = {
        "StringEquals": {"ec2:Tenancy": "dedicated", "ec2:MetadataHttpTokens": "required"},
        "NumericEquals": {"ec2:MetadataHttpPutResponseHopLimit": "1"},
    } | OURS
    encrypted = {"Bool": {"ec2:Encrypted": "true"}} | OURS
    hidden = {"Bool": {"ec2:AssociatePublicIpAddress": "false"}} | OURS
    client = session(
        aws,
        *(passing, keys, TAGS, allow("ec2:RunInstances", USED)),
        allow("ec2:RunInstances", MADE[0], Condition=settings),
        allow("ec2:RunInstances", MADE[1], Condition=encrypted),
        allow("ec2:RunInstances", MADE[2], Condition=hidden),
    )
    template = {"LaunchTemplate": {"LaunchTemplateName": "cloister-acme"}}
    run(client, **template, NetworkInterfaces=card())
    refusals: list[tuple[str, dict[str, Any]]] = [
        ("instance", {"Placement": {"Tenancy": "default"}}),
        ("instance", {"MetadataOptions": {"HttpTokens": "optional", "HttpPutResponseHopLimit": 1}}),
        ("instance", {"MetadataOptions": {"HttpTokens": "required"}}),  # the image's hop limit is 2
        ("instance", {"TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "b"}]}]}),
        ("volume", {"BlockDeviceMappings": [{"DeviceName": "/dev/xvdb", "Ebs": {"VolumeSize": 1}}]}),
        ("network-interface", {"NetworkInterfaces": card(AssociatePublicIpAddress=True)}),
    ]
    for kind, given in refusals:
        with refused("UnauthorizedOperation", 403, f":{kind}/"):
            run(client, **template | {"NetworkInterfaces": card()} | given)
    only = {"StringEquals": {"iam:PassedToService": "redshift.amazonaws.com"}}
    iam.put_role_policy(
        RoleName="r", PolicyName="p", PolicyDocument=document(allow(["ec2:*", "kms:*"]), passing | {"Condition": only})
    )
    with refused("UnauthorizedOperation", 403, "iam:PassRole"):
        run(client, **template, NetworkInterfaces=card())


def test_a_role_is_passed_to_ec2(aws: Emulator, admin: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    arn = profile(aws)
    to_ec2 = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    role = f"arn:aws:iam::{PRODUCTION}:role/cloister-acme-node"
    with refused("UnauthorizedOperation", 403, "iam:PassRole"):
        plain(session(aws, allow("ec2:*")), IamInstanceProfile={"Arn": arn})
    client = session(aws, allow("ec2:*"), allow("iam:PassRole", role, Condition=to_ec2), name="s")
    assert plain(client, IamInstanceProfile={"Name": "cloister-acme-node"})["IamInstanceProfile"]["Arn"] == arn


def test_instances_and_templates_are_told_by_tag(aws: Emulator, admin: Any) -> None:
    only = {"StringEquals": {"aws:ResourceTag/cloister.dev/owner-uid": "u1"}}
    client = session(
        aws,
        allow(["ec2:TerminateInstances", "ec2:CreateLaunchTemplateVersion", "ec2:ReleaseHosts"], Condition=only),
        allow("ec2:Describe*"),
    )
    ours, other = plain(admin, TagSpecifications=tagged("instance"))["InstanceId"], plain(admin)["InstanceId"]
    data = {"LaunchTemplateData": {"ImageId": IMAGE}}
    ids = {}
    for name, given in (("ours", tagged("launch-template")), ("other", tagged("launch-template", owner="u2"))):
        admin.create_launch_template(LaunchTemplateName=name, TagSpecifications=given, **data)
        hosts = {"InstanceType": "m5.large", "Quantity": 1, "AvailabilityZone": "us-east-1a"}
        given[0]["ResourceType"] = "dedicated-host"
        ids[name] = admin.allocate_hosts(**hosts, TagSpecifications=given)["HostIds"]
    client.terminate_instances(InstanceIds=[ours])
    client.create_launch_template_version(LaunchTemplateName="ours", **data)
    client.release_hosts(HostIds=ids["ours"])
    client.describe_instances()
    calls: list[Call] = [
        lambda: client.terminate_instances(InstanceIds=[other]),
        lambda: client.terminate_instances(InstanceIds=[ours, other]),
        lambda: client.create_launch_template_version(LaunchTemplateName="other", **data),
        lambda: client.delete_launch_template(LaunchTemplateName="ours"),
        lambda: client.release_hosts(HostIds=ids["other"]),
        lambda: client.modify_instance_metadata_options(InstanceId=ours, HttpTokens="optional"),
        lambda: client.get_ebs_encryption_by_default(),
    ]
    for call in calls:
        with refused("UnauthorizedOperation", 403):
            call()


def test_an_instance_profile_is_told_by_tag(aws: Emulator, admin: Any) -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"""
    tag = {"Null": {"aws:RequestTag/cloister.dev/managed-by": "false"}}
    ours = {"Null": {"aws:ResourceTag/cloister.dev/managed-by": "false"}}
    role = f"arn:aws:iam::{PRODUCTION}:role/cloister-acme-node"
    passing = allow("iam:PassRole", role, Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})
    changes = ["iam:AddRoleToInstanceProfile", "iam:DeleteInstanceProfile", "iam:RemoveRoleFromInstanceProfile"]
    profile(aws)
    iam = aws.client("iam")
    iam.create_instance_profile(InstanceProfileName="foreign")
    iam.create_role(RoleName="powerful", AssumeRolePolicyDocument=trusting(ROOT))
    creates = allow(["iam:CreateInstanceProfile", "iam:TagInstanceProfile"], Condition=tag)
    client = session(aws, creates, allow(changes, Condition=ours), passing, service="iam")
    given = [{"Key": "cloister.dev/managed-by", "Value": "cloister"}]
    client.create_instance_profile(InstanceProfileName="new", Tags=given)
    client.add_role_to_instance_profile(InstanceProfileName="new", RoleName="cloister-acme-node")
    client.remove_role_from_instance_profile(InstanceProfileName="new", RoleName="cloister-acme-node")
    calls: list[Call] = [
        lambda: client.create_instance_profile(InstanceProfileName="untagged"),
        lambda: client.add_role_to_instance_profile(InstanceProfileName="new", RoleName="powerful"),
        lambda: client.add_role_to_instance_profile(InstanceProfileName="foreign", RoleName="cloister-acme-node"),
        lambda: client.delete_instance_profile(InstanceProfileName="foreign"),
        lambda: client.tag_instance_profile(InstanceProfileName="foreign", Tags=[{"Key": "a", "Value": "b"}]),
    ]
    for call in calls:
        with refused("AccessDenied", 403):
            call()
    client.delete_instance_profile(InstanceProfileName="new")


def test_a_deny_reaches_one_subnet(aws: Emulator, admin: Any) -> None:
    client = session(aws, allow("ec2:*"), deny("ec2:RunInstances", f"{HERE}:subnet/{SUBNET_A}"))
    with refused("UnauthorizedOperation", 403, "explicit deny"):
        plain(client)
