"""The parameters of a parameter group's family.

https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-parameter-groups.html
All are static: a change of any waits for a reboot. (AWS applies some properties within wlm_json_configuration at once;
here the whole of it waits.)
"""

import re
from dataclasses import dataclass
from typing import Any

from aws.redshift.records import Cluster, ParameterGroup, Region
from aws.redshift.wire import fault, invalid

FAMILIES = ("redshift-1.0", "redshift-2.0")
LATEST = "redshift-2.0"  # of new clusters since January 2025
TLS = "require_ssl"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    default: str
    kind: str
    allowed: str
    description: str


BOOLEAN = ("boolean", "true,false")
CATALOGUE = {
    each.name: each
    for each in (
        Parameter("auto_analyze", "true", *BOOLEAN, "Use auto analyze"),
        Parameter("auto_mv", "true", *BOOLEAN, "Use automated materialized views"),
        Parameter("datestyle", "ISO, MDY", "string", "", "Display format of date and time values"),
        Parameter("enable_case_sensitive_identifier", "false", *BOOLEAN, "Names keep their case"),
        Parameter("enable_user_activity_logging", "false", *BOOLEAN, "Log each query before it runs"),
        Parameter("extra_float_digits", "0", "integer", "-15-2", "Digits displayed of floating-point values"),
        Parameter("max_concurrency_scaling_clusters", "1", "integer", "0-10", "Concurrency scaling clusters at most"),
        Parameter("max_cursor_result_set_size", "default", "integer", "0-14400000", "Cursor result set size at most"),
        Parameter("query_group", "default", "string", "", "Label of a session's queries"),
        Parameter("require_ssl", "true", *BOOLEAN, "Refuse connections without TLS"),
        Parameter("search_path", "$user, public", "string", "", "Schemas searched for names without one"),
        Parameter("statement_timeout", "0", "integer", "0,100-2147483647", "Milliseconds until a statement ends"),
        Parameter("use_fips_ssl", "false", *BOOLEAN, "Use the FIPS library for TLS"),
        Parameter("wlm_json_configuration", '[{"auto_wlm":true}]', "string", "", "Workload management"),
    )
}
RANGE = re.compile(r"(-?\d+)-(-?\d+)")


def default(family: str, name: str) -> str:
    if name == TLS and family == "redshift-1.0":
        return "false"
    return CATALOGUE[name].default


def is_default(group: str) -> bool:
    return group.startswith("default.")


def find(here: Region, name: str) -> ParameterGroup:
    lowered = name.lower()
    family = lowered.removeprefix("default.")
    if is_default(lowered) and family in FAMILIES:
        return ParameterGroup(lowered, family, f"Default parameter group for {family}", {})
    found = here.parameter_groups.get(lowered)
    if found is None:
        raise fault("ClusterParameterGroupNotFoundFault", f"ParameterGroup not found: {name}")
    return found


def values_of(here: Region, group: str) -> dict[str, str]:
    found = find(here, group)
    return {name: found.values.get(name, default(found.family, name)) for name in CATALOGUE}


def check(name: str, value: str) -> None:
    known = CATALOGUE.get(name)
    if known is None:
        raise invalid(f"Could not find parameter with name: {name}")
    if not known.allowed:
        return
    for choice in known.allowed.split(","):
        bounds = RANGE.fullmatch(choice)
        number = re.fullmatch(r"-?\d+", value)
        if value == choice or (bounds and number and int(bounds[1]) <= int(value) <= int(bounds[2])):
            return
    raise invalid(f"Invalid parameter value: {value} for: {name} allowed values are: {known.allowed}")


def view(group: ParameterGroup, name: str) -> dict[str, Any]:
    known = CATALOGUE[name]
    return {
        "ParameterName": name,
        "ParameterValue": group.values.get(name, default(group.family, name)),
        "Description": known.description,
        "Source": "user" if name in group.values else "engine-default",
        "DataType": known.kind,
        "AllowedValues": known.allowed or None,
        "ApplyType": "static",
        "IsModifiable": True,
    }


def status(cluster: Cluster, group: ParameterGroup, now: float) -> dict[str, Any]:
    """How far a cluster has followed its group.

    "The cluster status displays `applying` ... while the values are being applied, and then `pending-reboot`"
    """
    changed = "applying" if group.applying_until > now else "pending-reboot"
    listed = [
        {"ParameterName": name, "ParameterApplyStatus": changed if name in cluster.unapplied else "in-sync"}
        for name in CATALOGUE
    ]
    view: dict[str, Any] = {
        "ParameterGroupName": group.name,
        "ParameterApplyStatus": changed if cluster.unapplied else "in-sync",
    }
    return view if is_default(group.name) else view | {"ClusterParameterStatusList": listed}
