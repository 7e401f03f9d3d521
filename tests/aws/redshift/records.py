"""What the emulator keeps of Redshift, by account and region."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

Settings = dict[str, Any]  # by their names in the API


@dataclass(frozen=True, slots=True)
class Data:
    """What the databases held at one moment."""

    directory: Path
    copied: Future[None]


@dataclass
class Cluster:
    identifier: str
    account: str
    region: str
    username: str
    namespace: str
    created: datetime
    settings: Settings
    parameter_group: str
    tags: dict[str, str]
    status: str = ""
    due: float = 0.0  # when the change under way ends, by the monotonic clock
    then: str = ""  # the status after that
    pending: Settings = field(default_factory=dict)  # what the change under way sets
    at_maintenance: Settings = field(default_factory=dict)  # what waits for the maintenance window
    started: bool = False  # it has an endpoint only then
    security_groups: dict[str, str] = field(default_factory=dict)  # id: active, adding or removing
    roles: dict[str, str] = field(default_factory=dict)  # ARN: in-sync, adding or removing
    parameters: dict[str, str] = field(default_factory=dict)  # as the databases use them
    unapplied: set[str] = field(default_factory=set)  # parameters that changed since the databases started
    logging: Settings = field(default_factory=dict)
    snapshot_copy: Settings = field(default_factory=dict)
    deferred: Settings = field(default_factory=dict)
    password: str = ""  # of the administrator, as far as it is known: a managed one is in its secret
    restored: str = ""  # the snapshot that it was made from
    data: Data | None = None  # what it began with; empty databases where there is none

    @property
    def encrypted_by(self) -> str:
        """ARN of the customer's key; empty for a key of AWS's own."""
        return str(self.settings.get("KmsKeyId", "")) if self.settings["Encrypted"] else ""


@dataclass
class ParameterGroup:
    name: str
    family: str
    description: str
    tags: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)  # those that differ in source, not always in value
    applying_until: float = 0.0


@dataclass
class SubnetGroup:
    name: str
    description: str
    vpc: str
    subnets: dict[str, str]  # id: availability zone
    tags: dict[str, str]


@dataclass
class CopyGrant:
    name: str
    key: str  # ARN; empty for a key of AWS's own
    tags: dict[str, str]


@dataclass
class Snapshot:
    identifier: str
    cluster: str
    kind: str  # manual or automated
    facts: Settings  # of the cluster, as of then
    created: datetime
    retention: int
    tags: dict[str, str]
    available_at: float  # by the monotonic clock
    data: Data | None = None  # none where nobody had ever spoken to the databases


@dataclass
class Region:
    clusters: dict[str, Cluster] = field(default_factory=dict)
    parameter_groups: dict[str, ParameterGroup] = field(default_factory=dict)
    subnet_groups: dict[str, SubnetGroup] = field(default_factory=dict)
    copy_grants: dict[str, CopyGrant] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)


@cache
def region(account: str, name: str) -> Region:
    """As it was left; `clock.current` is as it is now."""
    return Region()


def reset() -> None:
    region.cache_clear()
