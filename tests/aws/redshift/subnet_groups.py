"""Subnet groups. https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateClusterSubnetGroup.html"""

from typing import Any

from aws.call import Call
from aws.redshift import clock, names, network, pages
from aws.redshift.records import Region, SubnetGroup
from aws.redshift.wire import Arguments, fault, invalid, operation

AT_MOST = 20  # "A maximum of 20 subnets can be modified in a single request."


def _view(group: SubnetGroup) -> dict[str, Any]:
    return {
        "ClusterSubnetGroupName": group.name,
        "Description": group.description,
        "VpcId": group.vpc,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {"SubnetIdentifier": each, "SubnetAvailabilityZone": {"Name": zone}, "SubnetStatus": "Active"}
            for each, zone in group.subnets.items()
        ],
        "Tags": pages.tag_list(group.tags),
        "SupportedClusterIpAddressTypes": ["ipv4"],
    }


def _find(here: Region, name: str) -> SubnetGroup:
    found = here.subnet_groups.get(name.lower())
    if found is None:
        raise fault("ClusterSubnetGroupNotFoundFault", f"Cluster subnet group {name} not found.")
    return found


def _subnets(call: Call, given: Arguments) -> tuple[str, dict[str, str]]:
    if len(given["SubnetIds"]) > AT_MOST:
        raise fault("ClusterSubnetQuotaExceededFault")
    return network.subnets(call.account, call.region, given["SubnetIds"])


def _users(here: Region, group: SubnetGroup) -> list[str]:
    return [each.identifier for each in here.clusters.values() if each.settings["ClusterSubnetGroupName"] == group.name]


@operation("CreateClusterSubnetGroup")
def create_subnet_group(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    name = names.group(given["ClusterSubnetGroupName"], "ClusterSubnetGroupName")
    if name == network.DEFAULT:
        raise invalid('The name of a cluster subnet group must not be "Default".')
    if name in here.subnet_groups:
        raise fault("ClusterSubnetGroupAlreadyExistsFault", f"Cluster subnet group {name} already exists.")
    tags = pages.read_tags(given)
    made = SubnetGroup(name, given["Description"], *_subnets(call, given), tags)
    here.subnet_groups[name] = made
    return {"ClusterSubnetGroup": _view(made)}


@operation("ModifyClusterSubnetGroup")
def modify_subnet_group(call: Call, given: Arguments) -> dict[str, Any]:
    """ "The operation replaces the existing list of subnets": a cluster's own network cannot be taken from under it."""
    here = clock.current(call.account, call.region)
    group = _find(here, given["ClusterSubnetGroupName"])
    vpc, subnets = _subnets(call, given)
    for user in _users(here, group):
        zone = here.clusters[user].settings["AvailabilityZone"]
        if vpc != group.vpc or zone not in subnets.values():
            raise fault("SubnetAlreadyInUse", f"A subnet of {group.name} is in use by cluster {user}.")
    group.vpc, group.subnets = vpc, subnets
    group.description = given.get("Description", group.description)
    return {"ClusterSubnetGroup": _view(group)}


@operation("DescribeClusterSubnetGroups")
def describe_subnet_groups(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    wanted = given.get("ClusterSubnetGroupName")
    found = {wanted: _find(here, wanted)} if wanted else here.subnet_groups
    chosen = {name: each for name, each in found.items() if pages.matches(each.tags, given)}
    listed, marker = pages.page(given, chosen)
    return {"Marker": marker, "ClusterSubnetGroups": [_view(each) for each in listed]}


@operation("DeleteClusterSubnetGroup")
def delete_subnet_group(call: Call, given: Arguments) -> None:
    here = clock.current(call.account, call.region)
    group = _find(here, given["ClusterSubnetGroupName"])
    if _users(here, group):
        raise fault("InvalidClusterSubnetGroupStateFault")
    del here.subnet_groups[group.name]
