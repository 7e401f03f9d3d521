"""Tags of all that has an ARN. https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateTags.html"""

from collections.abc import Iterator
from typing import Any, Protocol

from aws.call import Call
from aws.redshift import clock, pages, states
from aws.redshift.names import arn
from aws.redshift.records import Region
from aws.redshift.wire import Arguments, conflicting, fault, invalid, operation


class Tagged(Protocol):
    tags: dict[str, str]


KINDS = ("cluster", "parametergroup", "subnetgroup", "snapshotcopygrant", "snapshot")


def resources(here: Region, account: str, region: str) -> Iterator[tuple[str, str, Tagged]]:
    """Kind, ARN and what bears the tags."""
    by_kind: tuple[dict[str, Any], ...] = (
        here.clusters,
        here.parameter_groups,
        here.subnet_groups,
        here.copy_grants,
        {f"{each.cluster}/{name}": each for name, each in here.snapshots.items()},
    )
    for kind, found in zip(KINDS, by_kind, strict=True):
        for name, each in found.items():
            yield kind, arn(kind, account, region, name), each


def find(call: Call, name: str) -> tuple[str, Tagged]:
    here = clock.current(call.account, call.region)
    for kind, known, each in resources(here, call.account, call.region):
        if known == name:
            return kind, each
    raise fault("ResourceNotFoundFault", f"The resource {name} could not be found.")


@operation("CreateTags")
def create_tags(call: Call, given: Arguments) -> None:
    kind, found = find(call, given["ResourceName"])
    if kind == "cluster":
        states.ready(clock.current(call.account, call.region), given["ResourceName"].rpartition(":")[2], "tag")
    tags = found.tags | pages.read_tags(given)
    if len(tags) > pages.TAGS_AT_MOST:
        raise fault("TagLimitExceededFault")
    found.tags = tags


@operation("DeleteTags")
def delete_tags(call: Call, given: Arguments) -> None:
    _, found = find(call, given["ResourceName"])
    found.tags = {key: value for key, value in found.tags.items() if key not in given["TagKeys"]}


@operation("DescribeTags")
def describe_tags(call: Call, given: Arguments) -> dict[str, Any]:
    name, kind = given.get("ResourceName"), (given.get("ResourceType") or "").lower().replace(" ", "")
    if name and kind:
        raise conflicting("You cannot specify an ARN and a resource type together.")
    if name and (given.get("MaxRecords") or given.get("Marker")):
        raise conflicting("You cannot use MaxRecords and Marker together with an ARN.")
    if kind and kind not in KINDS:
        raise invalid(f"Invalid resource type: {given['ResourceType']}")
    here = clock.current(call.account, call.region)
    if name:
        of, found = find(call, name)
        known: list[tuple[str, str, Tagged]] = [(of, name, found)]
    else:
        known = [each for each in resources(here, call.account, call.region) if not kind or each[0] == kind]
    rows = {
        f"{resource}\n{key}": {"Tag": {"Key": key, "Value": value}, "ResourceName": resource, "ResourceType": of}
        for of, resource, each in known
        for key, value in each.tags.items()
        if pages.matches({key: value}, given)
    }
    listed, marker = pages.page(given, rows, most=50, least=10) if not name else (list(rows.values()), None)
    return {"TaggedResources": listed, "Marker": marker}
