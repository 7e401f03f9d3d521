"""Subnets, zones and security groups, as moto keeps them; and addresses in them.

"The first four IP addresses and the last IP address in each subnet CIDR block are not available for your use"
https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aws import network
from aws.ec2 import wire
from aws.ec2.names import not_found
from aws.ec2.records import Instance
from aws.errors import AwsError

RESERVED = 4
LAST = "cloister_last"  # the address that moto's subnet gave out last


@dataclass(frozen=True, slots=True)
class Subnet:
    identifier: str
    vpc: str
    zone: str
    zone_id: str
    maps_public: bool
    vpc_tenancy: str
    tags: dict[str, str]
    of: Any  # moto's own


def subnet(account: str, region: str, identifier: str) -> Subnet:
    backend = network.of(account, region)
    for by_id in backend.subnets.values():
        if identifier in by_id:
            return _seen(backend, by_id[identifier])
    raise not_found(identifier)


def default_subnet(account: str, region: str, zone: str) -> Subnet:
    """ "If you don't specify a subnet ID, we choose a default subnet from your default VPC for you." """
    backend = network.of(account, region)
    for name, found in sorted(backend.get_default_subnets().items()):
        if zone in ("", name):
            return _seen(backend, found)
    raise AwsError("VPCIdNotSpecified", "No default VPC for this user. GroupName is only supported for EC2-Classic.")


def _seen(backend: Any, found: Any) -> Subnet:
    return Subnet(
        found.id,
        found.vpc_id,
        found.availability_zone,
        found.availability_zone_id,
        str(found.map_public_ip_on_launch).lower() == "true",
        backend.vpcs[found.vpc_id].instance_tenancy or "default",
        dict(backend.tags.get(found.id, {})),
        found,
    )


def zones(account: str, region: str) -> dict[str, str]:
    """Name: id."""
    return {zone.name: zone.zone_id for zone in network.of(account, region).describe_availability_zones()}


def groups(account: str, region: str, vpc: str, ids: Iterable[str]) -> dict[str, str]:
    """Names of security groups by id; the VPC's default one where none is asked for."""
    known = {found.id: found.name for found in network.of(account, region).groups.get(vpc, {}).values()}
    for each in ids:
        if each not in known:
            raise AwsError("InvalidGroup.NotFound", f"The security group '{each}' does not exist in VPC '{vpc}'")
    chosen = {each: known[each] for each in ids}
    return chosen or {each: name for each, name in known.items() if name == "default"}


def tags_of(account: str, region: str, identifier: str) -> dict[str, str]:
    """Of what moto keeps."""
    return dict(network.of(account, region).tags.get(identifier, {}))


def take(place: Subnet, wanted: str, owner: str) -> str:
    """An address; one that was given back is not used again at once."""
    taken, cidr = place.of._subnet_ips, place.of.cidr
    usable = range(RESERVED, cidr.num_addresses - 1)
    if wanted:
        if wanted not in (str(cidr[at]) for at in usable):
            raise wire.invalid(f"Address does not fall within the subnet's address range: {wanted}")
        if wanted in taken:
            raise AwsError("InvalidIPAddress.InUse", f"Address {wanted} is in use.")
        return _taken(place, wanted, owner)
    last = place.of.__dict__.get(LAST, RESERVED - 1)
    for at in (*range(last + 1, usable.stop), *range(RESERVED, last + 1)):
        if str(cidr[at]) not in taken:
            place.of.__dict__[LAST] = at
            return _taken(place, str(cidr[at]), owner)
    message = f"There are not enough free addresses in subnet '{place.identifier}' to satisfy the requested number."
    raise AwsError("InsufficientFreeAddressesInSubnet", message)


def _taken(place: Subnet, address: str, owner: str) -> str:
    place.of._subnet_ips[address] = owner
    place.of._available_ip_addresses -= 1  # what DescribeSubnets tells
    return address


def free(instance: Instance) -> None:
    found = subnet(instance.account, instance.region, instance.interface.subnet).of
    if found._subnet_ips.pop(instance.interface.address, None):
        found._available_ip_addresses += 1


def private_name(region: str, address: str) -> str:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html"""
    domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return f"ip-{address.replace('.', '-')}.{domain}"


def public_address(identifier: str) -> str:
    """From a block that documentation may use: nobody answers there."""
    return f"203.0.113.{hashlib.sha256(identifier.encode()).digest()[0]}"
