"""Snapshots as they are taken, of settings and data. Copies in another region are of the same moment.

https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html
"""

import time
from datetime import UTC, datetime
from typing import Protocol

from aws.redshift import records
from aws.redshift.records import Cluster, Data, Region, Snapshot

FACTS = (
    "NodeType", "NumberOfNodes", "DBName", "Port", "AvailabilityZone", "VpcId", "Encrypted", "KmsKeyId",
    "EnhancedVpcRouting", "MaintenanceTrackName", "MasterPasswordSecretArn", "MasterPasswordSecretKmsKeyId",
)  # fmt: skip


class Keeper(Protocol):
    """Who has the clusters' databases."""

    def copy(self, cluster: Cluster) -> Data | None: ...

    def end(self, cluster: Cluster) -> None: ...


class Nobody:
    def copy(self, cluster: Cluster) -> Data | None:
        return cluster.data

    def end(self, cluster: Cluster) -> None:
        """There is nothing to end."""


keeper: Keeper = Nobody()


def keep_with(found: Keeper) -> None:
    global keeper  # the databases know the clusters, so clusters cannot import them
    keeper = found


def take(here: Region, cluster: Cluster, kind: str, name: str, retention: int, seconds: float) -> Snapshot:
    known = {fact: cluster.settings[fact] for fact in FACTS if fact in cluster.settings}
    known |= {"MasterUsername": cluster.username, "ClusterCreateTime": cluster.created}
    tags = dict(cluster.tags)
    now = datetime.now(UTC)
    available = time.monotonic() + seconds
    made = Snapshot(name, cluster.identifier, kind, known, now, retention, tags, available, keeper.copy(cluster))
    here.snapshots[name] = made
    _copy(cluster, made)
    return made


def automated(here: Region, cluster: Cluster) -> Snapshot | None:
    """The first is taken when the cluster is there, named after the moment; further ones when a test asks for them."""
    days = cluster.settings["AutomatedSnapshotRetentionPeriod"]
    if not days:
        return None
    name = f"rs:{cluster.identifier}-{datetime.now(UTC):%Y-%m-%d-%H-%M-%S}"
    return take(here, cluster, "automated", name, days, 0)


def is_available(snapshot: Snapshot) -> bool:
    return snapshot.available_at <= time.monotonic() and (snapshot.data is None or snapshot.data.copied.done())


def _copy(cluster: Cluster, made: Snapshot) -> None:
    """To the other region, under the key of the copy grant there; without a grant, under a key of AWS's own."""
    wanted = cluster.snapshot_copy
    if not wanted:
        return
    there = records.region(cluster.account, wanted["DestinationRegion"])
    grant = there.copy_grants.get(wanted.get("SnapshotCopyGrantName", ""))
    known = {name: value for name, value in made.facts.items() if name != "KmsKeyId"}
    known |= {"SourceRegion": cluster.region} | ({"KmsKeyId": grant.key} if grant and grant.key else {})
    days = wanted["RetentionPeriod" if made.kind == "automated" else "ManualSnapshotRetentionPeriod"]
    name = made.identifier if made.kind == "manual" else f"copy:{made.identifier}"
    tags, at = dict(made.tags), made.available_at
    there.snapshots[name] = Snapshot(name, made.cluster, made.kind, known, made.created, days, tags, at, made.data)
