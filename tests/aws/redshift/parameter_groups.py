"""Parameter groups. https://docs.aws.amazon.com/redshift/latest/APIReference/API_ModifyClusterParameterGroup.html"""

import time
from typing import Any

from aws.call import Call
from aws.redshift import clock, names, pages, parameters
from aws.redshift.records import ParameterGroup, Region
from aws.redshift.wire import Arguments, conflicting, fault, invalid, operation

AT_MOST = 20  # "A maximum of 20 parameters can be modified in a single request."
UPDATED = "Your parameter group has been updated. If you changed only dynamic parameters, associated clusters are being modified now. If you updated static parameters, all updates, including dynamic parameters, will be applied when you reboot the associated clusters."  # noqa: E501


def _view(group: ParameterGroup) -> dict[str, Any]:
    return {
        "ParameterGroupName": group.name,
        "ParameterGroupFamily": group.family,
        "Description": group.description,
        "Tags": pages.tag_list(group.tags),
    }


@operation("CreateClusterParameterGroup")
def create_parameter_group(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    name = names.group(given["ParameterGroupName"], "ParameterGroupName")
    if given["ParameterGroupFamily"] not in parameters.FAMILIES:
        raise invalid(f"ParameterGroupFamily {given['ParameterGroupFamily']} is not valid.")
    if name in here.parameter_groups:
        raise fault("ClusterParameterGroupAlreadyExistsFault", f"ParameterGroup {name} already exists")
    tags = pages.read_tags(given)
    made = ParameterGroup(name, given["ParameterGroupFamily"], given["Description"], tags)
    here.parameter_groups[name] = made
    return {"ClusterParameterGroup": _view(made)}


@operation("DescribeClusterParameterGroups")
def describe_parameter_groups(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    wanted = given.get("ParameterGroupName")
    defaults = {f"default.{family}": parameters.find(here, f"default.{family}") for family in parameters.FAMILIES}
    found = {wanted: parameters.find(here, wanted)} if wanted else here.parameter_groups | defaults
    chosen = {name: each for name, each in found.items() if pages.matches(each.tags, given)}
    listed, marker = pages.page(given, chosen)
    return {"Marker": marker, "ParameterGroups": [_view(each) for each in listed]}


def _changeable(here: Region, name: str) -> ParameterGroup:
    group = parameters.find(here, name)
    if parameters.is_default(group.name):
        raise invalid(f"The parameter group {group.name} is a default group and cannot be modified.")
    if group.applying_until > time.monotonic():
        raise fault("InvalidClusterParameterGroupStateFault")
    return group


def _change(here: Region, group: ParameterGroup, values: dict[str, str]) -> dict[str, str]:
    """The group's new values, and those clusters told whose databases still use the old ones."""
    before = parameters.values_of(here, group.name)
    group.values = values
    after = parameters.values_of(here, group.name)
    changed = {name for name, value in after.items() if value != before[name]}
    using = [cluster for cluster in here.clusters.values() if cluster.parameter_group == group.name]
    for cluster in using:
        cluster.unapplied = cluster.unapplied | changed
    if changed and using:
        group.applying_until = time.monotonic() + clock.seconds("applying")
    return {"ParameterGroupName": group.name, "ParameterGroupStatus": UPDATED}


def _named(given: Arguments) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = given.get("Parameters") or []
    if not 1 <= len(listed) <= AT_MOST:
        raise invalid(f"From 1 to {AT_MOST} parameters can be named in a request.")
    for one in listed:
        one["ParameterName"] = one.get("ParameterName", "").lower()
    return listed


@operation("ModifyClusterParameterGroup")
def modify_parameter_group(call: Call, given: Arguments) -> dict[str, str]:
    here = clock.current(call.account, call.region)
    group = _changeable(here, given["ParameterGroupName"])
    wanted = {one["ParameterName"]: one.get("ParameterValue", "") for one in _named(given)}
    for name, value in wanted.items():
        parameters.check(name, value)
    return _change(here, group, group.values | wanted)


@operation("ResetClusterParameterGroup")
def reset_parameter_group(call: Call, given: Arguments) -> dict[str, str]:
    here = clock.current(call.account, call.region)
    group = _changeable(here, given["ParameterGroupName"])
    every = given.get("ResetAllParameters", not given.get("Parameters"))
    if every and given.get("Parameters"):
        raise conflicting("Parameters cannot be named if ResetAllParameters is true.")
    gone = set(parameters.CATALOGUE) if every else {one["ParameterName"] for one in _named(given)}
    for name in gone - parameters.CATALOGUE.keys():
        raise invalid(f"Could not find parameter with name: {name}")
    return _change(here, group, {name: value for name, value in group.values.items() if name not in gone})


@operation("DescribeClusterParameters")
def describe_parameters(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    group = parameters.find(here, given["ParameterGroupName"])
    source = given.get("Source")
    if source not in (None, "user", "engine-default"):
        raise invalid(f"Invalid Source: {source}")
    views = {name: parameters.view(group, name) for name in parameters.CATALOGUE}
    chosen = {name: each for name, each in views.items() if source in (None, each["Source"])}
    listed, marker = pages.page(given, chosen)
    return {"Parameters": listed, "Marker": marker}


@operation("DescribeDefaultClusterParameters")
def describe_default_parameters(call: Call, given: Arguments) -> dict[str, Any]:
    family = given["ParameterGroupFamily"]
    if family not in parameters.FAMILIES:
        raise invalid(f"ParameterGroupFamily {family} is not valid.")
    group = ParameterGroup("", family, "", {})
    listed, marker = pages.page(given, {name: parameters.view(group, name) for name in parameters.CATALOGUE})
    return {"DefaultClusterParameters": {"ParameterGroupFamily": family, "Marker": marker, "Parameters": listed}}


@operation("DeleteClusterParameterGroup")
def delete_parameter_group(call: Call, given: Arguments) -> None:
    here = clock.current(call.account, call.region)
    group = _changeable(here, given["ParameterGroupName"])
    using = [cluster.identifier for cluster in here.clusters.values() if cluster.parameter_group == group.name]
    if using:
        message = f"One or more clusters are still members of this parameter group {group.name}: {', '.join(using)}"
        raise fault("InvalidClusterParameterGroupStateFault", message)
    del here.parameter_groups[group.name]
