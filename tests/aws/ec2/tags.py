"""Tags of instances, volumes, interfaces, launch templates and hosts; those of networks are moto's.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
"""

from collections.abc import Iterable
from typing import Any

from aws.call import Call
from aws.ec2 import clock, names, wire
from aws.ec2.records import Region
from aws.ec2.wire import Arguments, invalid, operation
from aws.errors import AwsError
from aws.fallback import MOTO
from aws.message import Response
from aws.registry import HANDLERS

AT_MOST = 50


def read(listed: Iterable[dict[str, str]]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for tag in listed:
        key, value = tag.get("Key", ""), tag.get("Value", "")
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise invalid(f"Tag key '{key}' must have 1 to 128 characters and its value at most 256.")
        if key.lower().startswith("aws:"):
            raise invalid(f"Tag keys starting with 'aws:' are reserved for internal use: {key}")
        if key in tags:
            raise invalid(f"Duplicate tag key '{key}' specified.")
        tags[key] = value
    return _limited(tags)


def _limited(tags: dict[str, str]) -> dict[str, str]:
    if len([key for key in tags if not key.startswith("aws:")]) > AT_MOST:
        raise AwsError("TagLimitExceeded", f"You have reached the maximum number of tags for a resource: {AT_MOST}.")
    return tags


def specified(given: Arguments, *kinds: str) -> dict[str, dict[str, str]]:
    """TagSpecifications by resource type."""
    found: dict[str, dict[str, str]] = {}
    for each in given.get("TagSpecifications") or []:
        kind = each.get("ResourceType") or ""
        if kind not in kinds:
            raise invalid(f"'{kind}' is not a valid taggable resource type for this operation.")
        if kind in found:
            raise invalid(f"The same resource type '{kind}' is specified more than once in TagSpecifications")
        found[kind] = read(each.get("Tags") or [])
    return found


def listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _found(here: Region, given: Arguments) -> list[names.Tagged]:
    found = []
    for identifier in given["Resources"]:
        one = names.find(here, identifier)
        if one is None:
            raise names.not_found(identifier)
        found.append(one)
    return found


@operation("CreateTags", "Resources", "Tags")
def create_tags(call: Call, given: Arguments) -> None:
    new = read(given["Tags"])
    found = _found(clock.current(call.account, call.region), given)
    changed = [_limited(each.tags | new) for each in found]
    for each, tags in zip(found, changed, strict=True):
        each.tags = tags


@operation("DeleteTags", "Resources", "Tags")
def delete_tags(call: Call, given: Arguments) -> None:
    """ "If you specify a tag key without a tag value, we delete any tag with this key regardless of its value." """
    wanted = {tag["Key"]: tag.get("Value") for tag in given.get("Tags") or []}
    if not wanted:
        raise wire.not_implemented("ec2 DeleteTags without Tags, which deletes all of them")
    for each in _found(clock.current(call.account, call.region), given):
        kept = {}
        for key, value in each.tags.items():
            if key not in wanted or wanted[key] not in (None, value) or key.startswith("aws:"):
                kept[key] = value
        each.tags = kept


def _shared(perform: Any) -> Any:
    """Ours, unless all that is tagged is moto's."""

    def handle(call: Call) -> Response:
        resources = [str(each) for each in call.param("ResourceId") or []]
        theirs = [each for each in resources if names.prefix(each) not in names.OURS]
        if theirs and len(theirs) < len(resources):
            raise wire.not_implemented(f"ec2 {call.operation} of instances and networks in one call")
        answered: Response = MOTO.answer(call) if theirs else perform(call)
        return answered

    return handle


for _name in ("CreateTags", "DeleteTags"):
    HANDLERS["ec2", _name] = _shared(HANDLERS["ec2", _name])
