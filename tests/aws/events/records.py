"""Rules of the default event bus, by account and region."""

import functools
import json
import time
from dataclasses import dataclass, field

from moto.events.models import EventPattern

from aws.call import Call
from aws.errors import AwsError

BUS = "default"


@dataclass
class Target:
    identifier: str
    arn: str
    dead_letters: str = ""
    role: str = ""


@dataclass
class Rule:
    name: str
    account: str
    region: str
    pattern: str
    state: str = "ENABLED"
    description: str = ""
    targets: dict[str, Target] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    made: float = field(default_factory=time.time)

    @property
    def arn(self) -> str:
        return arn(self.account, self.region, self.name)

    def matches(self, event: dict[str, object]) -> bool:
        return self.state != "DISABLED" and bool(read(self.pattern).matches_event(event))  # type: ignore[arg-type]


@functools.lru_cache
def read(pattern: str) -> EventPattern:
    return EventPattern.load(pattern)


_rules: dict[tuple[str, str], dict[str, Rule]] = {}


def rules(account: str, region: str) -> dict[str, Rule]:
    return _rules.setdefault((account, region), {})


def reset() -> None:
    _rules.clear()


def arn(account: str, region: str, name: str) -> str:
    return f"arn:aws:events:{region}:{account}:rule/{name}"


def named(call: Call) -> str:
    """The rule that a call is about, by its name or its ARN."""
    given = call.param("Name") or call.param("Rule") or str(call.param("ResourceARN") or "").partition(":rule/")[2]
    return str(given)


def find(call: Call) -> Rule:
    bus = call.param("EventBusName") or BUS
    if bus != BUS:
        raise AwsError("ResourceNotFoundException", f"Event bus {bus} does not exist.")
    rule = rules(call.account, call.region).get(named(call))
    if rule is None:
        raise AwsError("ResourceNotFoundException", f"Rule {named(call)} does not exist on EventBus {BUS}.")
    return rule


def checked_pattern(text: str) -> str:
    try:
        pattern = json.loads(text)
        if not isinstance(pattern, dict) or not pattern:
            raise ValueError("Filter is not an object")
        read(text)
    except Exception as error:
        raise AwsError("InvalidEventPatternException", f"Event pattern is not valid. Reason: {error}") from error
    return text
