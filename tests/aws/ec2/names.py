"""Identifiers of what EC2 knows, and how it says that one is not there.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

import re
import secrets
from collections.abc import Mapping

from aws.ec2.records import Host, Instance, Interface, Region, Template, Volume
from aws.errors import AwsError

WELL_FORMED = re.compile(r"[a-z]+-(?:[0-9a-f]{8}|[0-9a-f]{17})")
# prefix: what errors call it, and what stands for it in sentences
KINDS = {
    "i": ("InvalidInstanceID", "The instance ID '{}' does not exist"),
    "vol": ("InvalidVolume", "The volume '{}' does not exist."),
    "lt": ("InvalidLaunchTemplateId", "The specified launch template, with template ID {}, does not exist."),
    "h": ("InvalidHostID", "Dedicated host '{}' does not exist."),
    "ami": ("InvalidAMIID", "The image id '[{}]' does not exist"),
    "subnet": ("InvalidSubnetID", "The subnet ID '{}' does not exist"),
    "eni": ("InvalidNetworkInterfaceID", "The networkInterface ID '{}' does not exist"),
}
RESOURCES = {
    "i": "instance", "vol": "volume", "lt": "launch-template", "h": "dedicated-host", "eni": "network-interface",
    "vpc": "vpc", "subnet": "subnet", "sg": "security-group", "rtb": "route-table", "vpce": "vpc-endpoint",
    "fl": "vpc-flow-log",
}  # fmt: skip


def fresh(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(9)[:17]}"


def prefix(identifier: str) -> str:
    return identifier.partition("-")[0]


def not_found(identifier: str) -> AwsError:
    kind, sentence = KINDS.get(prefix(identifier), ("InvalidID", "The ID '{}' is not valid"))
    return AwsError(f"{kind}.NotFound", sentence.format(identifier))


def check(identifier: str, wanted: str) -> None:
    if prefix(identifier) != wanted or not WELL_FORMED.fullmatch(identifier):
        kind = KINDS[wanted][0]
        raise AwsError(f"{kind}.Malformed", f'Invalid id: "{identifier}" (expecting "{wanted}-...")')


def arn(account: str, region: str, identifier: str) -> str:
    kind = RESOURCES.get(prefix(identifier), "*")
    return f"arn:aws:ec2:{region}:{account}:{kind}/{identifier}"


Tagged = Instance | Volume | Template | Host | Interface


def find(here: Region, identifier: str) -> Tagged | None:
    """What is ours and bears tags."""
    kind = prefix(identifier)
    if kind == "eni":
        interfaces = (each.interface for each in here.instances.values() if each.alive)
        return next((each for each in interfaces if each.identifier == identifier), None)
    stores: dict[str, Mapping[str, Tagged]] = {
        "i": here.instances,
        "vol": here.volumes,
        "lt": here.templates,
        "h": here.hosts,
    }
    return stores.get(kind, {}).get(identifier)


OURS = ("i", "vol", "lt", "h", "eni")
