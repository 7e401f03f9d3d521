"""What a launch template's settings come to on an instance.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html
moto applies some of them, reads back tenancy as default, and adds an unencrypted volume.
"""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, STAGING, Emulator, refused
from aws.ec2_world import GROUP, IMAGE, SUBNET_A, SUBNET_B, VPC, card, key, plain, profile, run, seen, tags
from aws.ec2_world import template as make_template


@pytest.fixture
def ec2(aws: Emulator) -> Any:
    aws.control("POST", "/ec2", {"pending": 0, "shutting-down": 0})
    return aws.client("ec2")


def test_every_setting_of_a_template_reaches_the_instance(aws: Emulator, ec2: Any) -> None:
    key_arn, profile_arn = key(aws), profile(aws)
    template = make_template(aws, ec2, key=key_arn, profile=profile_arn)
    made = run(ec2, LaunchTemplate={"LaunchTemplateId": template, "Version": "1"}, NetworkInterfaces=card())
    found = seen(ec2, made["InstanceId"])
    assert (found["ImageId"], found["InstanceType"], found["State"]["Name"]) == (IMAGE, "m5.large", "running")
    assert found["Placement"]["Tenancy"] == "dedicated" and found["Placement"]["AvailabilityZone"] == "us-east-1a"
    assert found["MetadataOptions"]["HttpTokens"] == "required"
    assert found["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
    assert found["IamInstanceProfile"]["Arn"] == profile_arn
    assert found["EbsOptimized"] is True and found["Monitoring"]["State"] == "enabled"
    assert "PublicIpAddress" not in found
    assert [group["GroupId"] for group in found["SecurityGroups"]] == [GROUP]
    own = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
    assert own["cloister.dev/owner-uid"] == "u1"
    assert (own["aws:ec2launchtemplate:id"], own["aws:ec2launchtemplate:version"]) == (template, "1")
    (volume,) = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [made["InstanceId"]]}])[
        "Volumes"
    ]
    assert (volume["Encrypted"], volume["KmsKeyId"], volume["Size"]) == (True, key_arn, 20)
    assert (volume["VolumeType"], volume["Iops"], volume["Throughput"]) == ("gp3", 3000, 125)
    assert volume["Attachments"][0]["DeleteOnTermination"] is True and volume["Tags"] == tags()
    assert found["BlockDeviceMappings"][0]["DeviceName"] == found["RootDeviceName"] == "/dev/xvda"
    (interface,) = found["NetworkInterfaces"]
    assert (interface["SubnetId"], interface["VpcId"]) == (SUBNET_A, VPC)
    assert interface["Attachment"]["DeleteOnTermination"] is True and "Association" not in interface


def test_the_request_overrides_the_template(aws: Emulator, ec2: Any) -> None:
    template = make_template(aws, ec2)
    made = run(
        ec2,
        LaunchTemplate={"LaunchTemplateName": "cloister-acme"},
        SubnetId=SUBNET_B,
        InstanceType="m6i.xlarge",
        Placement={"Tenancy": "default"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "pool", "Value": "etl"}]}],
    )
    found = seen(ec2, made["InstanceId"])
    assert (found["InstanceType"], found["SubnetId"], found["Placement"]["Tenancy"]) == (
        "m6i.xlarge", SUBNET_B, "default",
    )  # fmt: skip
    assert found["Placement"]["AvailabilityZone"] == "us-east-1b"
    own = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
    assert own == {
        "pool": "etl", "aws:ec2launchtemplate:id": template, "aws:ec2launchtemplate:version": "1",
    }  # fmt: skip
    (volume,) = ec2.describe_volumes()["Volumes"]
    assert volume["Tags"] == tags()  # of a resource type that the request does not name


def test_default_and_latest_are_versions(aws: Emulator, ec2: Any) -> None:
    template = make_template(aws, ec2)
    ec2.create_launch_template_version(
        LaunchTemplateId=template, SourceVersion="1", LaunchTemplateData={"InstanceType": "r5.large"}
    )

    def launched(**version: str) -> str:
        return str(run(ec2, LaunchTemplate={"LaunchTemplateId": template} | version)["InstanceType"])

    assert [launched(), launched(Version="$Default"), launched(Version="$Latest"), launched(Version="2")] == [
        "m5.large", "m5.large", "r5.large", "r5.large",
    ]  # fmt: skip
    ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion="2")
    assert launched() == "r5.large"
    with refused("InvalidLaunchTemplateId.VersionNotFound"):
        launched(Version="3")


def test_a_templates_interface_and_a_requests_subnet_exclude_each_other(aws: Emulator, ec2: Any) -> None:
    """hashicorp/terraform-provider-aws#33536; API_RunInstances, "SubnetId" """
    template = make_template(aws, ec2, NetworkInterfaces=card())
    with refused("InvalidParameterCombination", 400, "instance-level subnet ID"):
        run(ec2, LaunchTemplate={"LaunchTemplateId": template}, SubnetId=SUBNET_B)
    made = run(ec2, LaunchTemplate={"LaunchTemplateId": template}, NetworkInterfaces=card(SUBNET_B))
    assert made["SubnetId"] == SUBNET_B


def test_defaults_are_those_of_the_image_and_the_account(ec2: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
    https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
    """
    first = plain(ec2)
    assert (first["MetadataOptions"]["HttpTokens"], first["MetadataOptions"]["HttpPutResponseHopLimit"]) == (
        "required", 2,
    )  # fmt: skip
    assert first["Placement"]["Tenancy"] == "default"
    (volume,) = ec2.describe_volumes()["Volumes"]
    assert (volume["Encrypted"], volume["Size"], "KmsKeyId" in volume) == (False, 8, False)
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    ec2.enable_ebs_encryption_by_default()
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    second = plain(ec2)
    (device,) = second["BlockDeviceMappings"]
    (volume,) = ec2.describe_volumes(VolumeIds=[device["Ebs"]["VolumeId"]])["Volumes"]
    assert volume["Encrypted"] and volume["KmsKeyId"].startswith(f"arn:aws:kms:us-east-1:{PRODUCTION}:key/")


def test_names_and_addresses_are_of_the_subnet(aws: Emulator, ec2: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html
    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    before = ec2.describe_subnets(SubnetIds=[SUBNET_B])["Subnets"][0]["AvailableIpAddressCount"]
    first = plain(ec2, SubnetId=SUBNET_B)
    assert (first["PrivateIpAddress"], first["PrivateDnsName"]) == ("10.0.1.4", "ip-10-0-1-4.ec2.internal")
    assert ec2.describe_subnets(SubnetIds=[SUBNET_B])["Subnets"][0]["AvailableIpAddressCount"] == before - 1
    ec2.terminate_instances(InstanceIds=[first["InstanceId"]])
    ec2.describe_instances()
    assert ec2.describe_subnets(SubnetIds=[SUBNET_B])["Subnets"][0]["AvailableIpAddressCount"] == before
    assert plain(ec2, SubnetId=SUBNET_B)["PrivateDnsName"] == "ip-10-0-1-5.ec2.internal"
    staging = aws.client("ec2", aws.credentials(STAGING))
    other = plain(staging, SubnetId="subnet-0c10157e3000000b1")
    assert other["PrivateDnsName"] == "ip-10-1-1-4.ec2.internal", "a node's name is its own over the environments"
    abroad = aws.client("ec2", region="eu-west-1")
    assert plain(abroad, SubnetId="")["PrivateDnsName"].endswith(".eu-west-1.compute.internal")


def test_a_subnet_may_give_public_addresses(ec2: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html#concepts-public-addresses"""
    assert "PublicIpAddress" not in plain(ec2)
    assert plain(ec2, SubnetId="", NetworkInterfaces=card(AssociatePublicIpAddress=True))["PublicIpAddress"]
    ec2.modify_subnet_attribute(SubnetId=SUBNET_A, MapPublicIpOnLaunch={"Value": True})
    assert plain(ec2)["PublicIpAddress"]
    assert "PublicIpAddress" not in plain(ec2, NetworkInterfaces=card())


def test_a_vpc_of_dedicated_tenancy_has_dedicated_instances(ec2: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-instance.html"""
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16", InstanceTenancy="dedicated")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    assert plain(ec2, SubnetId=subnet)["Placement"]["Tenancy"] == "dedicated"
    assert plain(ec2, SubnetId=subnet, Placement={"Tenancy": "default"})["Placement"]["Tenancy"] == "dedicated"
    assert plain(ec2, Placement={"Tenancy": "dedicated"})["Placement"]["Tenancy"] == "dedicated"


def test_as_many_as_can_be_are_launched(aws: Emulator, ec2: Any) -> None:
    """API_RunInstances, MaxCount. moto launches MinCount."""
    made = ec2.run_instances(ImageId=IMAGE, InstanceType="m5.large", SubnetId=SUBNET_A, MinCount=1, MaxCount=3)
    assert len({each["InstanceId"] for each in made["Instances"]}) == 3
    (reservation,) = ec2.describe_instances()["Reservations"]
    assert len(reservation["Instances"]) == 3
    for counts in ({"MinCount": 2, "MaxCount": 1}, {"MinCount": 0, "MaxCount": 1}):
        with refused("InvalidParameterValue"):
            ec2.run_instances(ImageId=IMAGE, InstanceType="m5.large", SubnetId=SUBNET_A, **counts)
