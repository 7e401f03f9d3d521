"""What RunInstances asks for, the launch template's settings included.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html
"You can override" a template's parameters; a template's member and the request's parameter have the same name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aws.call import Call
from aws.ec2 import clock, wire
from aws.ec2.records import Region, Template, Version
from aws.ec2.versions import find, version_of
from aws.ec2.wire import Arguments, invalid

# What the emulator knows of a launch, by parameter: a set of the members it knows, or None for a plain value.
LAUNCH: dict[str, Any] = {
    "BlockDeviceMappings": {"DeviceName", "Ebs"},
    "DisableApiTermination": None,
    "EbsOptimized": None,
    "IamInstanceProfile": {"Arn", "Name"},
    "ImageId": None,
    "InstanceInitiatedShutdownBehavior": None,
    "InstanceType": None,
    "KeyName": None,
    "MetadataOptions": {
        "HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "HttpProtocolIpv6", "InstanceMetadataTags",
    },
    "Monitoring": {"Enabled"},
    "NetworkInterfaces": {
        "AssociatePublicIpAddress", "DeleteOnTermination", "Description", "DeviceIndex", "Groups", "PrivateIpAddress",
        "SubnetId",
    },
    "Placement": {"AvailabilityZone", "AvailabilityZoneId", "Affinity", "HostId", "Tenancy"},
    "SecurityGroupIds": None,
    "TagSpecifications": {"ResourceType", "Tags"},
    "UserData": None,
}  # fmt: skip
EBS = {
    "DeleteOnTermination", "Encrypted", "Iops", "KmsKeyId", "SnapshotId", "Throughput", "VolumeSize", "VolumeType",
}  # fmt: skip


def known(data: Arguments, where: str) -> None:
    """Refuses what the emulator would ignore."""
    for name, inner in data.items():
        if name not in LAUNCH:
            raise wire.not_implemented(f"{name} of {where}")
        for each in _structures(inner):
            lacking = each.keys() - LAUNCH[name]
            lacking |= each.get("Ebs", {}).keys() - EBS if name == "BlockDeviceMappings" else set()
            if lacking:
                raise wire.not_implemented(f"{name}.{', '.join(sorted(lacking))} of {where}")


def _structures(inner: Any) -> Iterator[dict[str, Any]]:
    listed = inner if isinstance(inner, list) else [inner]
    yield from (each for each in listed if isinstance(each, dict))


@dataclass
class Launch:
    """A launch as it is asked for."""

    data: Arguments
    own: frozenset[str]  # parameters that the request names itself
    template: Template | None = None
    version: Version | None = None
    tags: dict[str, dict[str, str]] = field(default_factory=dict)  # by resource type


def launch(call: Call, given: Arguments) -> Launch:
    here = clock.current(call.account, call.region)
    own = {name: value for name, value in given.items() if name in LAUNCH or name == "SubnetId"}
    known({name: value for name, value in own.items() if name != "SubnetId"}, "ec2 RunInstances")
    template, version = _template(here, given.get("LaunchTemplate"))
    data = dict(version.data) if version else {}
    specified = _by_type(data) | _by_type(own)
    data |= own
    return Launch(data, frozenset(own), template, version, specified)


def _by_type(data: Arguments) -> dict[str, dict[str, str]]:
    from aws.ec2.tags import specified

    return specified(data, "instance", "volume", "network-interface")


def _template(here: Region, given: Arguments | None) -> tuple[Template | None, Version | None]:
    if not given:
        return None, None
    named = [name for name in ("LaunchTemplateId", "LaunchTemplateName") if given.get(name)]
    if len(named) != 1:
        raise invalid("Either the launch template ID or its name must be given, and not both.")
    template = find(here, given)
    return template, version_of(template, given.get("Version") or "$Default")
