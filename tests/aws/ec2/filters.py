"""Filters and pages of the Describe operations.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
Values are alternatives, filters must all match, `*` and `?` are wildcards, a backslash takes their meaning away.
"""

import base64
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

from aws.ec2 import wire
from aws.ec2.wire import Arguments
from aws.errors import AwsError

T = TypeVar("T")
Facts = dict[str, Callable[[T], Any]]  # filter: what it looks at, one value or several
VALUES_AT_MOST = 200


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    parts = []
    for token in re.findall(r"\\.|.", text, re.DOTALL):
        parts.append({"*": ".*", "?": "."}.get(token) or re.escape(token[-1]))
    return re.compile("".join(parts), re.DOTALL)


def _matches(patterns: list[str], found: Any) -> bool:
    values = found if isinstance(found, list | tuple | set | dict) else [found]
    spelled = [str(each).lower() if isinstance(each, bool) else str(each) for each in values if each is not None]
    return any(_pattern(pattern).fullmatch(value) for pattern in patterns for value in spelled)


def chosen(given: Arguments, items: Iterable[T], facts: Facts[T], tags: Callable[[T], dict[str, str]]) -> list[T]:
    """Those that match, in the order they came."""
    found = list(items)
    for each in given.get("Filters") or given.get("Filter") or []:
        name, patterns = each.get("Name", ""), each.get("Values") or []
        if not name or not patterns:
            raise wire.missing("Filter.Name" if patterns else "Filter.Value")
        if len(patterns) > VALUES_AT_MOST:
            raise AwsError("FilterLimitExceeded", f"The maximum number of filter values is {VALUES_AT_MOST}.")
        fact = _tag_fact(name, tags) or facts.get(name)
        if fact is None:
            raise wire.invalid(f"The filter '{name}' is invalid, or the emulator does not implement it")
        found = [item for item in found if _matches(patterns, fact(item))]
    return found


def _tag_fact(name: str, tags: Callable[[T], dict[str, str]]) -> Callable[[T], Any] | None:
    if name == "tag-key":
        return lambda item: list(tags(item))
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return lambda item: tags(item).get(key)
    return None


def page(given: Arguments, items: list[T], named: str = "", least: int = 5, most: int = 1000) -> tuple[list[T], Any]:
    """The asked-for page, and the token of the one after it."""
    size, token = given.get("MaxResults"), given.get("NextToken")
    if named and given.get(named) and (size is not None or token):
        raise wire.conflicting(f"The parameter {named} cannot be used with the parameter maxResults")
    if size is not None and not least <= size <= most:
        raise wire.invalid(
            f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value from {least} to {most}."
        )
    start = _start(token) if token else 0
    end = start + (size or most)
    return items[start:end], base64.b64encode(b"ec2:%d" % end).decode() if end < len(items) else None


def _start(token: str) -> int:
    try:
        kind, _, at = base64.b64decode(token, validate=True).decode().partition(":")
        assert kind == "ec2"
        return int(at)
    except (ValueError, AssertionError) as error:
        raise wire.invalid(f"Value ( {token} ) for parameter nextToken is invalid.") from error
