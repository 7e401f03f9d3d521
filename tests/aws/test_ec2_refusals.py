"""What EC2 refuses. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""

from typing import Any

import pytest

from aws.conftest import Call, Emulator, refused
from aws.ec2_world import GROUP, SUBNET_A, plain, tagged


@pytest.fixture
def ec2(aws: Emulator) -> Any:
    aws.control("POST", "/ec2", {"pending": 0, "shutting-down": 0})
    return aws.client("ec2")


def test_what_a_launch_refuses(aws: Emulator, ec2: Any) -> None:
    aws.client("iam").create_instance_profile(InstanceProfileName="empty")
    root = {"DeviceName": "/dev/xvda"}
    mappings = [{**root, "Ebs": {"KmsKeyId": "k"}}], [{**root, "Ebs": {"VolumeSize": 4}}]
    refusals: list[tuple[str, dict[str, Any]]] = [
        ("InvalidAMIID.NotFound", {"ImageId": "ami-0c10157e0000000ff"}),
        ("InvalidAMIID.Malformed", {"ImageId": "al2023"}),
        ("InvalidInstanceType", {"InstanceType": "m5.tiny"}),
        ("InvalidParameterValue", {"InstanceType": "m6g.large"}),
        ("InvalidSubnetID.NotFound", {"SubnetId": "subnet-0c10157e2000000ff"}),
        ("InvalidGroup.NotFound", {"SecurityGroupIds": ["sg-0c10157e300000001"]}),
        ("InvalidParameterValue", {"IamInstanceProfile": {"Name": "absent"}}),
        ("InvalidParameterValue", {"IamInstanceProfile": {"Name": "empty"}}),
        ("InvalidParameterValue", {"UserData": "x" * 16385}),
        ("InvalidParameterValue", {"MetadataOptions": {"HttpTokens": "always"}}),
        ("InvalidParameterValue", {"MetadataOptions": {"HttpPutResponseHopLimit": 65}}),
        ("InvalidParameterValue", {"Placement": {"AvailabilityZone": "us-east-1b"}}),
        ("InvalidParameterValue", {"Placement": {"Tenancy": "private"}}),
        ("InvalidParameterDependency", {"BlockDeviceMappings": mappings[0]}),
        ("InvalidBlockDeviceMapping", {"BlockDeviceMappings": mappings[1]}),
        ("InvalidParameterValue", {"TagSpecifications": tagged("vpc")}),
        ("InvalidLaunchTemplateName.NotFoundException", {"LaunchTemplate": {"LaunchTemplateName": "absent"}}),
        ("NotImplemented", {"CreditSpecification": {"CpuCredits": "standard"}}),
        ("NotImplemented", {"MetadataOptions": {"HttpTokens": "required"}, "HibernationOptions": {"Configured": True}}),
    ]
    for code, given in refusals:
        with refused(code):
            plain(ec2, **given)
    assert ec2.describe_instances()["Reservations"] == [] and ec2.describe_volumes()["Volumes"] == []
    with refused("DryRunOperation", 412):
        plain(ec2, DryRun=True)


def test_what_is_in_use_stays(ec2: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html"""
    plain(ec2, SecurityGroupIds=[GROUP])
    calls: list[Call] = [
        lambda: ec2.delete_security_group(GroupId=GROUP),
        lambda: ec2.delete_subnet(SubnetId=SUBNET_A),
    ]
    for call in calls:
        with refused("DependencyViolation"):
            call()


def test_moto_keeps_no_instances_beside_ours(ec2: Any) -> None:
    made = plain(ec2)["InstanceId"]
    calls: list[Call] = [
        lambda: ec2.stop_instances(InstanceIds=[made]),
        lambda: ec2.describe_tags(),
        lambda: ec2.describe_subnets(MaxResults=5),
        lambda: ec2.describe_subnets(Filters=[{"Name": "outpost-arn", "Values": ["x"]}]),
        lambda: ec2.describe_network_interfaces(),
        lambda: ec2.create_volume(AvailabilityZone="us-east-1a", Size=1),
        lambda: ec2.create_fleet(TargetCapacitySpecification={"TotalTargetCapacity": 1}, LaunchTemplateConfigs=[]),
    ]
    for call in calls:
        with refused("NotImplemented", 501):
            call()
