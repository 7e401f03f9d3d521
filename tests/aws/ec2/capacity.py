"""Types that AWS has no capacity of at the moment: what tests say so of.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html#troubleshooting-launch-capacity
"""

from dataclasses import asdict, dataclass
from typing import Any

from aws.errors import AwsError


@dataclass(frozen=True, slots=True)
class Shortage:
    """Everywhere where nothing narrower is said."""

    type: str
    account: str = ""
    region: str = ""
    zone: str = ""
    subnet: str = ""

    def covers(self, other: "Shortage") -> bool:
        mine, its = asdict(self), asdict(other)
        return all(value in ("", its[name]) for name, value in mine.items())


_short: list[Shortage] = []


def stop(given: dict[str, Any]) -> list[dict[str, str]]:
    unknown = given.keys() - Shortage.__dataclass_fields__.keys()
    if unknown or not given.get("type"):
        raise ValueError(f"give type, and perhaps {', '.join(list(Shortage.__dataclass_fields__)[1:])}")
    one = Shortage(**{name: str(value) for name, value in given.items()})
    if one not in _short:
        _short.append(one)
    return listed()


def resume(kind: str = "") -> list[dict[str, str]]:
    _short[:] = [each for each in _short if kind not in ("", each.type)]
    return listed()


def listed() -> list[dict[str, str]]:
    return [asdict(each) for each in _short]


def require(wanted: Shortage, code: str = "InsufficientInstanceCapacity") -> None:
    """A server error, so status 500: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    if any(each.covers(wanted) for each in _short):
        message = (
            f"We currently do not have sufficient {wanted.type} capacity in the Availability Zone you requested "
            f"({wanted.zone}). Our system will be working on provisioning additional capacity."
        )
        raise AwsError(code, message, 500)
