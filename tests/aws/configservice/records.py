"""What AWS Config has of an account in a region: one recorder and one delivery channel."""

from dataclasses import dataclass, field
from typing import Any

from aws.call import Call


@dataclass
class Region:
    recorder: dict[str, Any] | None = None
    recording: bool = False
    channel: dict[str, Any] | None = field(default=None)


_regions: dict[tuple[str, str], Region] = {}


def region(call: Call) -> Region:
    return _regions.setdefault((call.account, call.region), Region())


def reset() -> None:
    _regions.clear()
