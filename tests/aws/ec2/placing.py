"""Where an instance comes to stand: its tenancy, and on what Dedicated Host.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-instance.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-hosts-understanding.html (auto-placement and affinity)
"""

from dataclasses import dataclass

from aws.ec2 import names
from aws.ec2.catalog import HOSTS, TYPES, Type
from aws.ec2.places import Subnet
from aws.ec2.records import Host, Instance, Region
from aws.ec2.wire import Arguments, conflicting, invalid
from aws.errors import AwsError

TENANCIES = ("default", "dedicated", "host")


@dataclass(frozen=True, slots=True)
class Place:
    tenancy: str
    host: str = ""
    affinity: str = "default"
    misplaced: bool = False


_misplaced: list[str] = []  # the tenancies that the next instances come up with


def misplace(tenancy: str, count: int) -> int:
    if tenancy not in ("default", "dedicated"):
        raise ValueError("tenancy must be default or dedicated")
    _misplaced.extend([tenancy] * count)
    return len(_misplaced)


def reset() -> None:
    _misplaced.clear()


def tenancy(asked: Arguments, subnet: Subnet) -> str:
    """The request's or template's; a VPC of dedicated tenancy has nothing of tenancy default."""
    wanted = asked.get("Tenancy") or ("host" if asked.get("HostId") else "default")
    if wanted not in TENANCIES:
        raise invalid(f"Value ({wanted}) for parameter tenancy is invalid. Expecting one of {', '.join(TENANCIES)}")
    return "dedicated" if wanted == "default" and subnet.vpc_tenancy == "dedicated" else str(wanted)


def place(here: Region, asked: Arguments, subnet: Subnet, of: Type) -> Place:
    wanted = tenancy(asked, subnet)
    if asked.get("HostId") and wanted != "host":
        raise conflicting("The tenancy must be 'host' when a host ID is specified.")
    affinity = asked.get("Affinity", "default")
    if affinity not in ("default", "host") or (affinity == "host" and wanted != "host"):
        raise invalid(f"Value ({affinity}) for parameter affinity is invalid for tenancy {wanted}.")
    if _misplaced:
        return Place(_misplaced.pop(0), misplaced=True)
    if wanted != "host":
        return Place(wanted)
    host = _host(here, asked.get("HostId") or "", subnet, of)
    return Place(wanted, host.identifier, affinity)


def _host(here: Region, identifier: str, subnet: Subnet, of: Type) -> Host:
    if identifier:
        found = here.hosts.get(identifier)
        if found is None or found.released_until:
            raise names.not_found(identifier)
        if found.zone != subnet.zone:
            raise invalid(f"Dedicated host '{identifier}' is in {found.zone}, the subnet in {subnet.zone}.")
        if not suits(found, of):
            message = f"Dedicated host '{identifier}' is not for instances of type {of.name}."
            raise AwsError("UnsupportedHostConfiguration", message)
        if not free(here, found, of):
            message = f"There is not enough capacity on the Dedicated Host {identifier} to launch the instance."
            raise AwsError("InsufficientCapacityOnHost", message, 500)
        return found
    for each in here.hosts.values():
        takes = not each.released_until and each.auto_placement == "on" and each.zone == subnet.zone
        if takes and suits(each, of) and free(here, each, of):
            return each
    message = f"There is no Dedicated Host with auto-placement and capacity for {of.name} in {subnet.zone}."
    raise AwsError("InsufficientHostCapacity", message, 500)


def on(here: Region, host: Host) -> list[Instance]:
    return [each for each in here.instances.values() if each.host == host.identifier and each.alive]


def suits(host: Host, of: Type) -> bool:
    return of.name == host.type if host.type else of.family == host.family


def free(here: Region, host: Host, of: Type) -> int:
    """How many instances of a type still go on a host."""
    used = sum(TYPES[each.type].vcpus for each in on(here, host))
    return (HOSTS[host.family].vcpus - used) // of.vcpus
