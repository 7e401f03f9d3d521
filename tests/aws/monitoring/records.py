"""The alarms of each account and region."""

from dataclasses import dataclass, field
from typing import Any

REGIONS: dict[tuple[str, str], dict[str, "Alarm"]] = {}


@dataclass
class Alarm:
    name: str
    account: str
    region: str
    # As PutMetricAlarm said it.
    settings: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return arn(self.account, self.region, self.name)


def arn(account: str, region: str, name: str) -> str:
    return f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"


def alarms(account: str, region: str) -> dict[str, Alarm]:
    return REGIONS.setdefault((account, region), {})


def reset() -> None:
    REGIONS.clear()
