"""What the emulator keeps of EC2, by account and region; networks are moto's."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

Settings = dict[str, Any]  # by their names in the API


@dataclass
class Volume:
    identifier: str
    instance: str
    device: str
    settings: Settings  # VolumeType, Size, Iops, Throughput, SnapshotId
    encrypted: bool
    key: str  # ARN; empty where nothing is encrypted
    zone: str
    created: datetime
    deleted_with_instance: bool
    tags: dict[str, str]


@dataclass
class Interface:
    identifier: str
    subnet: str
    vpc: str
    zone: str
    zone_id: str
    address: str
    name: str  # private DNS
    groups: dict[str, str]  # id: name
    public_address: str = ""
    deleted_with_instance: bool = True
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class Event:
    identifier: str
    code: str
    description: str
    not_before: datetime
    not_after: datetime


@dataclass
class Instance:
    identifier: str
    account: str
    region: str
    reservation: str
    launched: datetime
    settings: Settings  # ImageId, InstanceType, Monitoring and the like, as they are
    interface: Interface
    tenancy: str
    tags: dict[str, str]
    token: str = ""
    host: str = ""
    affinity: str = "default"
    metadata: Settings = field(default_factory=dict)
    profile: tuple[str, str] | None = None  # ARN and id
    user_data: str = ""  # base64, as it was given
    volumes: list[str] = field(default_factory=list)
    status: str = "pending"
    then: str = "running"  # the status after the change under way; empty where there is none
    due: float = 0.0  # when that change ends, by the monotonic clock
    refused_key: str = ""  # of a volume: it will not come up
    reason: tuple[str, str] | None = None  # code and message
    transition: str = ""
    events: dict[str, Event] = field(default_factory=dict)
    misplaced: bool = False  # the control API gave it another tenancy than was asked

    @property
    def type(self) -> str:
        return str(self.settings["InstanceType"])

    @property
    def alive(self) -> bool:
        return self.status != "terminated"


@dataclass
class Version:
    number: int
    description: str | None
    created: datetime
    created_by: str
    data: Settings


@dataclass
class Template:
    identifier: str
    name: str
    created: datetime
    created_by: str
    tags: dict[str, str]
    versions: dict[int, Version] = field(default_factory=dict)
    default: int = 1
    # How many there ever were: a number is not given twice.
    made: int = 1

    @property
    def latest(self) -> int:
        return max(self.versions)


@dataclass
class Host:
    identifier: str
    token: str
    zone: str
    zone_id: str
    allocated: datetime
    type: str  # empty for a host of a whole family
    family: str
    auto_placement: str
    recovery: str
    maintenance: str
    tags: dict[str, str]
    released_until: float = 0.0  # shown as released until then


@dataclass
class Region:
    instances: dict[str, Instance] = field(default_factory=dict)
    volumes: dict[str, Volume] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)
    tokens: dict[tuple[str, str], tuple[str, Any]] = field(default_factory=dict)  # operation and token: what and whom
    encrypts_by_default: bool = False
    snapshot_block: str = "unblocked"


@cache
def region(account: str, name: str) -> Region:
    """As it was left; `clock.current` is as it is now."""
    _known.add((account, name))
    return Region()


_known: set[tuple[str, str]] = set()


def regions() -> list[tuple[str, str]]:
    """Accounts and regions that were ever looked at."""
    return sorted(_known)


def reset() -> None:
    _known.clear()
    region.cache_clear()
