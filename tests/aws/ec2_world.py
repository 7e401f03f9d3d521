"""What the tests of EC2 have in common: a tenant's launch template, as the operator would make it."""

import base64
from typing import Any

from aws.conftest import PRODUCTION, Emulator, document

IMAGE, NEWER_IMAGE = "ami-0c10157e000000001", "ami-0c10157e000000002"
VPC = "vpc-0c10157e200000001"
SUBNET_A, SUBNET_B = "subnet-0c10157e2000000a1", "subnet-0c10157e2000000b1"
GROUP = "sg-0c10157e200000001"
ONE = {"MinCount": 1, "MaxCount": 1}
USER_DATA = base64.b64encode(b"node: settings").decode()


def tags(owner: str = "u1") -> list[dict[str, str]]:
    return [
        {"Key": "cloister.dev/managed-by", "Value": "cloister"},
        {"Key": "cloister.dev/owner-uid", "Value": owner},
    ]


def tagged(*kinds: str, owner: str = "u1") -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": tags(owner)} for kind in kinds]


def key(aws: Emulator, owner: str = "u1", **more: Any) -> str:
    given = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags(owner)]
    made: str = aws.client("kms").create_key(Tags=given, **more)["KeyMetadata"]["Arn"]
    return made


def profile(aws: Emulator, name: str = "cloister-acme-node") -> str:
    iam = aws.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust), Tags=tags())
    made: str = iam.create_instance_profile(InstanceProfileName=name, Tags=tags())["InstanceProfile"]["Arn"]
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return made


def data(key_arn: str, profile_arn: str, owner: str = "u1", **more: Any) -> dict[str, Any]:
    volume = {
        "VolumeSize": 20,
        "VolumeType": "gp3",
        "Encrypted": True,
        "KmsKeyId": key_arn,
        "DeleteOnTermination": True,
    }
    return {
        "ImageId": IMAGE,
        "InstanceType": "m5.large",
        "IamInstanceProfile": {"Arn": profile_arn},
        "EbsOptimized": True,
        "Monitoring": {"Enabled": True},
        "Placement": {"Tenancy": "dedicated"},
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled"},
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": volume}],
        "InstanceInitiatedShutdownBehavior": "terminate",
        "UserData": USER_DATA,
        "TagSpecifications": tagged("instance", "volume", "network-interface", owner=owner),
    } | more


def template(aws: Emulator, client: Any, name: str = "cloister-acme", **more: Any) -> str:
    given = data(more.pop("key", "") or key(aws), more.pop("profile", "") or profile(aws)) | more
    made: str = client.create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData=given, TagSpecifications=tagged("launch-template")
    )["LaunchTemplate"]["LaunchTemplateId"]
    return made


def card(subnet: str = SUBNET_A, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "DeviceIndex": 0,
            "SubnetId": subnet,
            "Groups": [GROUP],
            "AssociatePublicIpAddress": False,
            "DeleteOnTermination": True,
        }
        | more
    ]


def run(client: Any, **given: Any) -> dict[str, Any]:
    """One instance; in a subnet unless its network interface says where."""
    where = {} if "NetworkInterfaces" in given else {"SubnetId": SUBNET_A}
    made: dict[str, Any] = client.run_instances(**ONE | where | given)["Instances"][0]
    return made


def plain(client: Any, **given: Any) -> dict[str, Any]:
    return run(client, **{"ImageId": IMAGE, "InstanceType": "m5.large"} | given)


def seen(client: Any, identifier: str) -> dict[str, Any]:
    found: dict[str, Any] = client.describe_instances(InstanceIds=[identifier])["Reservations"][0]["Instances"][0]
    return found


def listed(client: Any, **filters: str) -> list[str]:
    """Ids of the instances that match filters; `_` stands for `-`, and `__` for a dot, in their names."""
    given = [{"Name": name.replace("__", ".").replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    found = client.describe_instances(Filters=given)["Reservations"]
    return [each["InstanceId"] for one in found for each in one["Instances"]]


def state(client: Any, identifier: str) -> str:
    return str(seen(client, identifier)["State"]["Name"])


def times(aws: Emulator, **seconds: float) -> None:
    aws.control("POST", "/ec2", {name.replace("_", "-"): value for name, value in seconds.items()})


def account() -> str:
    return PRODUCTION
