"""Snapshots as they are taken. https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html"""

import time
from datetime import UTC, datetime

from aws.redshift import records
from aws.redshift.records import Cluster, Region, Snapshot

FACTS = (
    "NodeType", "NumberOfNodes", "DBName", "Port", "AvailabilityZone", "VpcId", "Encrypted", "KmsKeyId",
    "EnhancedVpcRouting", "MaintenanceTrackName", "MasterPasswordSecretArn", "MasterPasswordSecretKmsKeyId",
)  # fmt: skip


def take(here: Region, cluster: Cluster, kind: str, name: str, retention: int, seconds: float) -> Snapshot:
    known = {fact: cluster.settings[fact] for fact in FACTS if fact in cluster.settings}
    known |= {"MasterUsername": cluster.username, "ClusterCreateTime": cluster.created}
    tags = dict(cluster.tags)
    now = datetime.now(UTC)
    made = Snapshot(name, cluster.identifier, kind, known, now, retention, tags, time.monotonic() + seconds)
    here.snapshots[name] = made
    _copy(cluster, made)
    return made


def automated(here: Region, cluster: Cluster) -> None:
    """The first is taken when the cluster is there, named after the moment."""
    days = cluster.settings["AutomatedSnapshotRetentionPeriod"]
    if days:
        name = f"rs:{cluster.identifier}-{datetime.now(UTC):%Y-%m-%d-%H-%M-%S}"
        take(here, cluster, "automated", name, days, 0)


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
    copy = Snapshot(name, made.cluster, made.kind, known, made.created, days, dict(made.tags), made.available_at)
    there.snapshots[name] = copy
