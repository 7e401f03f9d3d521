"""The log groups of each account and region."""

from dataclasses import dataclass, field
from typing import Any

from aws.errors import AwsError

REGIONS: dict[tuple[str, str], dict[str, "LogGroup"]] = {}


@dataclass
class LogStream:
    name: str
    created: int  # milliseconds since 1970, as all times here
    events: int = 0
    first: int = 0
    last: int = 0
    ingested: int = 0


@dataclass
class LogGroup:
    name: str
    account: str
    region: str
    created: int  # milliseconds since 1970
    key: str = ""
    days: int = 0  # 0: for ever
    tags: dict[str, str] = field(default_factory=dict)
    # What else PutMetricFilter said, by names.
    filters: dict[str, dict[str, Any]] = field(default_factory=dict)
    streams: dict[str, LogStream] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return arn(self.account, self.region, self.name)


def arn(account: str, region: str, name: str) -> str:
    return f"arn:aws:logs:{region}:{account}:log-group:{name}"


def groups(account: str, region: str) -> dict[str, LogGroup]:
    return REGIONS.setdefault((account, region), {})


def find(account: str, region: str, name: str) -> LogGroup:
    found = groups(account, region).get(name)
    if found is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return found


def reset() -> None:
    REGIONS.clear()
