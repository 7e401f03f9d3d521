"""What the Describe operations have in common: choice by tags, and pages.

"If you specify both tag keys and tag values in the same request, Amazon Redshift returns all clusters that match any
combination of the specified keys and values."
https://docs.aws.amazon.com/redshift/latest/APIReference/API_DescribeClusters.html
"""

import base64
from typing import Any

from aws.call import Call
from aws.redshift.wire import Arguments, conflicting, fault, invalid

TAGS_AT_MOST = 50


def matches(tags: dict[str, str], given: Arguments) -> bool:
    keys, values = given.get("TagKeys"), given.get("TagValues")
    if not keys and not values:
        return True
    return any((not keys or key in keys) and (not values or value in values) for key, value in tags.items())


def page(
    given: Arguments, items: dict[str, Any], named: str | None = None, most: int = 100, least: int = 20
) -> tuple[list[Any], str | None]:
    """The next items by name, and the marker of those after them."""
    size = given.get("MaxRecords", most)
    if not least <= size <= most:
        raise invalid(f"Invalid value {size} for MaxRecords. Must be between {least} and {most}")
    marker = given.get("Marker")
    if marker and named and given.get(named):
        raise conflicting(f"You can specify either {named} or Marker, but not both.")
    after = _after(marker) if marker else ""
    rest = sorted(name for name in items if name > after)
    found = [items[name] for name in rest[:size]]
    return found, base64.b64encode(rest[size - 1].encode()).decode() if len(rest) > size else None


def _after(marker: str) -> str:
    try:
        return base64.b64decode(marker, validate=True).decode()
    except ValueError as error:
        raise invalid("The request contains an invalid Marker.") from error


def read_tags(given: Arguments) -> dict[str, str]:
    tags: dict[str, str] = {}
    for tag in given.get("Tags") or []:
        key, value = tag.get("Key", ""), tag.get("Value", "")
        if not 1 <= len(key) <= 128 or len(value) > 256 or key.lower().startswith("aws:"):
            raise fault("InvalidTagFault", f"Invalid tag: {key}")
        if key in tags:
            raise fault("InvalidTagFault", f"Duplicate tag key: {key}")
        tags[key] = value
    if len(tags) > TAGS_AT_MOST:
        raise fault("TagLimitExceededFault")
    return tags


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def requested_tags(call: Call) -> dict[str, str]:
    """Of a call that is not yet checked, for its permissions."""
    raw = call.param("Tags") or {}
    listed = raw.get("Tag", []) if isinstance(raw, dict) else []
    return {tag["Key"]: tag.get("Value", "") for tag in listed if isinstance(tag, dict) and "Key" in tag}
