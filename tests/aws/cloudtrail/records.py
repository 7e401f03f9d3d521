"""The trails of each account, in the region in which they were made."""

from dataclasses import dataclass, field
from typing import Any

from aws.call import Call
from aws.errors import AwsError

REGIONS: dict[tuple[str, str], dict[str, "Trail"]] = {}
# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
BASIC: list[dict[str, Any]] = [
    {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}
]


@dataclass
class Trail:
    name: str
    account: str
    region: str
    settings: dict[str, Any]  # as GetTrail shows them
    selectors: dict[str, Any] = field(default_factory=lambda: {"EventSelectors": BASIC})
    logging: bool = False
    started: float = 0
    stopped: float = 0
    delivered: float = 0
    failed: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return arn(self.account, self.region, self.name)


def arn(account: str, region: str, name: str) -> str:
    return f"arn:aws:cloudtrail:{region}:{account}:trail/{name}"


def trails(account: str, region: str) -> dict[str, Trail]:
    return REGIONS.setdefault((account, region), {})


def known(call: Call, name: str) -> Trail | None:
    """By name or ARN."""
    return trails(call.account, call.region).get(name.rpartition("/")[2])


def find(call: Call, parameter: str = "Name") -> Trail:
    name = str(call.param(parameter) or "")
    found = known(call, name)
    if found is None:
        raise AwsError("TrailNotFoundException", f"Unknown trail: {name} for the user: {call.account}")
    return found


def reset() -> None:
    REGIONS.clear()
