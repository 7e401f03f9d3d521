"""Dedicated Hosts.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AllocateHosts.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseHosts.html
"""

from datetime import UTC, datetime
from typing import Any

from aws.call import Call
from aws.ec2 import capacity, clock, filters, names, places, placing, tags, tokens
from aws.ec2.capacity import Shortage
from aws.ec2.catalog import HOSTS, TYPES, type_named
from aws.ec2.filters import Facts
from aws.ec2.records import Host, Region
from aws.ec2.wire import Arguments, conflicting, invalid, missing, operation
from aws.errors import AwsError

SWITCHES = {"AutoPlacement": "on", "HostRecovery": "off", "HostMaintenance": "on"}  # with their defaults
FACTS: Facts[Host] = {
    "auto-placement": lambda each: each.auto_placement,
    "availability-zone": lambda each: each.zone,
    "client-token": lambda each: each.token,
    "instance-type": lambda each: each.type,
    "state": lambda each: _state(each),
}


def _state(found: Host) -> str:
    return "released" if found.released_until else "available"


@operation(
    *("AllocateHosts", "AutoPlacement", "AvailabilityZone", "AvailabilityZoneId", "ClientToken", "HostMaintenance"),
    *("HostRecovery", "InstanceFamily", "InstanceType", "Quantity", "TagSpecifications"),
)
def allocate_hosts(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    return {"HostIds": tokens.once(call, here, lambda: _allocate(call, here, given))}


def _allocate(call: Call, here: Region, given: Arguments) -> list[str]:
    kind, family = given.get("InstanceType", ""), given.get("InstanceFamily", "")
    if bool(kind) == bool(family):
        raise conflicting("Either InstanceType or InstanceFamily must be specified, and not both.")
    family = family or type_named(kind).family
    if family not in HOSTS:
        raise AwsError("UnsupportedHostConfiguration", f"There are no Dedicated Hosts for {kind or family}.")
    switches = {name: given.get(name, value) for name, value in SWITCHES.items()}
    for name, value in switches.items():
        if value not in ("on", "off"):
            raise invalid(f"Value ({value}) for parameter {name} is invalid. Expecting on or off")
    zone, zone_id = _zone(call, given)
    capacity.require(Shortage(kind or family, call.account, call.region, zone), "InsufficientHostCapacity")
    own = tags.specified(given, "dedicated-host").get("dedicated-host", {})
    quantity = given.get("Quantity", 1)
    if quantity < 1:
        raise invalid(f"Value ({quantity}) for parameter quantity is invalid. Expecting at least 1")
    made = []
    for _ in range(quantity):
        host = Host(
            names.fresh("h"), given.get("ClientToken", ""), zone, zone_id, datetime.now(UTC), kind, family,
            switches["AutoPlacement"], switches["HostRecovery"], switches["HostMaintenance"], dict(own),
        )  # fmt: skip
        here.hosts[host.identifier] = host
        made.append(host.identifier)
    return made


def _zone(call: Call, given: Arguments) -> tuple[str, str]:
    known = places.zones(call.account, call.region)
    zone, zone_id = given.get("AvailabilityZone"), given.get("AvailabilityZoneId")
    if not zone and not zone_id:
        raise missing("availabilityZone")
    for name, identifier in known.items():
        if zone in (None, name) and zone_id in (None, identifier):
            return name, identifier
    raise invalid(f"Invalid availability zone: [{zone or zone_id}]")


def _named(here: Region, identifiers: list[str]) -> list[Host]:
    for each in identifiers:
        names.check(each, "h")
        if each not in here.hosts:
            raise names.not_found(each)
    return [here.hosts[each] for each in dict.fromkeys(identifiers)]


@operation("DescribeHosts", "HostIds", "Filter", "MaxResults", "NextToken")
def describe_hosts(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    known = _named(here, given["HostIds"]) if given.get("HostIds") else list(here.hosts.values())
    found = filters.chosen(given, known, FACTS, lambda each: each.tags)
    shown, token = filters.page(given, found, "HostIds", most=500)
    return {"Hosts": [_host(call, here, each) for each in shown], "NextToken": token}


def _host(call: Call, here: Region, found: Host) -> dict[str, Any]:
    kind, instances = HOSTS[found.family], placing.on(here, found)
    used = sum(TYPES[each.type].vcpus for each in instances)
    return {
        "HostId": found.identifier,
        "ClientToken": found.token,
        "AutoPlacement": found.auto_placement,
        "AvailabilityZone": found.zone,
        "AvailabilityZoneId": found.zone_id,
        "AllocationTime": found.allocated,
        "State": _state(found),
        "OwnerId": call.account,
        "HostRecovery": found.recovery,
        "HostMaintenance": found.maintenance,
        "AllowsMultipleInstanceTypes": "off" if found.type else "on",
        "HostProperties": {
            "Sockets": kind.sockets,
            "Cores": kind.cores,
            "TotalVCpus": kind.vcpus,
            "InstanceFamily": found.family,
            "InstanceType": found.type or None,
        },
        "AvailableCapacity": {
            "AvailableVCpus": kind.vcpus - used,
            "AvailableInstanceCapacity": [
                {
                    "InstanceType": each.name,
                    "AvailableCapacity": placing.free(here, found, each),
                    "TotalCapacity": kind.vcpus // each.vcpus,
                }
                for each in TYPES.values()
                if placing.suits(found, each)
            ],
        },
        "Instances": [
            {"InstanceId": each.identifier, "InstanceType": each.type, "OwnerId": call.account} for each in instances
        ],
        "Tags": tags.listed(found.tags),
    }


@operation("ReleaseHosts", "HostIds")
def release_hosts(call: Call, given: Arguments) -> dict[str, Any]:
    """ "You must stop or terminate all instances running on the Dedicated Host before you can release it." """
    here = clock.current(call.account, call.region)
    done, refused = [], []
    for identifier in dict.fromkeys(given["HostIds"]):
        found = here.hosts.get(identifier)
        if found is None or found.released_until:
            refused.append(_refusal(identifier, "InvalidHostID.NotFound", "does not exist"))
        elif placing.on(here, found):
            refused.append(_refusal(identifier, "InvalidHost.Occupied", "cannot be released as it is occupied"))
        else:
            found.released_until = clock.until_gone()
            done.append(identifier)
    return {"Successful": done, "Unsuccessful": refused}


def _refusal(identifier: str, code: str, why: str) -> dict[str, Any]:
    message = f"Dedicated host '{identifier}' {why}."
    return {"ResourceId": identifier, "Error": {"Code": f"Client.{code}", "Message": message}}
