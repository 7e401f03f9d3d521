"""A new cluster from a snapshot. https://docs.aws.amazon.com/redshift/latest/APIReference/API_RestoreFromClusterSnapshot.html

"By default, Amazon Redshift creates the resulting cluster with the same configuration as the original cluster ...,
except that the new cluster is created with the default cluster security and parameter groups". It cannot be given
tags, and the documentation does not say that it gets any.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from aws.call import Call
from aws.redshift import backup, clock, clusters, encryption, names, view
from aws.redshift.records import Cluster, Region, Settings, Snapshot
from aws.redshift.wire import Arguments, conflicting, fault, invalid, operation

LACKS = frozenset(
    {
        "AdditionalInfo", "AquaConfigurationStatus", "CatalogName", "ClusterSecurityGroups", "ElasticIp",
        "HsmClientCertificateIdentifier", "HsmConfigurationIdentifier", "OwnerAccount", "RedshiftIdcApplicationArn",
        "ReservedNodeId", "SnapshotScheduleIdentifier", "TargetReservedNodeOfferingId",
    }
)  # fmt: skip


@operation("RestoreFromClusterSnapshot", LACKS)
def restore_from_cluster_snapshot(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    identifier = names.identifier(given["ClusterIdentifier"], "ClusterIdentifier")
    snapshot = find(call, here, given)
    if identifier in here.clusters:
        raise fault("ClusterAlreadyExistsFault", "Cluster already exists")
    if not backup.is_available(snapshot):
        raise fault("InvalidClusterSnapshotStateFault")
    made = Cluster(
        identifier,
        call.account,
        call.region,
        snapshot.facts["MasterUsername"],
        str(uuid.uuid4()),
        datetime.now(UTC),
        _settings(given, snapshot),
        clusters.parameter_group(call, given),
        {},
        restored=snapshot.identifier,
        data=snapshot.data,
    )
    clusters.place(call, given, made)
    made.settings |= _encrypted(call, given, snapshot, made)
    clusters.attach(call, given, made)
    here.clusters[identifier] = made
    pending = clusters.password(call, given, made)
    clock.begin(made, "creating", pending=pending or {})
    return {"Cluster": view.cluster(here, made)}


def find(call: Call, here: Region, given: Arguments) -> Snapshot:
    name, arn = given.get("SnapshotIdentifier"), given.get("SnapshotArn")
    if bool(name) == bool(arn):
        raise conflicting("Either SnapshotIdentifier or SnapshotArn must be given.")
    for each in here.snapshots.values():
        known = names.arn("snapshot", call.account, call.region, f"{each.cluster}/{each.identifier}")
        owner = given.get("SnapshotClusterIdentifier")
        if (each.identifier == name or known == arn) and owner in (None, each.cluster):
            return each
    raise fault("ClusterSnapshotNotFoundFault", f"Snapshot {name or arn} not found.")


def _settings(given: Arguments, snapshot: Snapshot) -> Settings:
    """As the snapshot's cluster had them, where nothing else is asked for."""
    kept = ("NodeType", "NumberOfNodes", "Port", "MaintenanceTrackName", "EnhancedVpcRouting")
    asked = {name: snapshot.facts[name] for name in kept if name in snapshot.facts} | given
    if asked["NumberOfNodes"] == 1:
        asked["ClusterType"] = "single-node"
    return clusters.settings_of(asked | {"DBName": snapshot.facts["DBName"]})


def _encrypted(call: Call, given: Arguments, snapshot: Snapshot, made: Cluster) -> Settings:
    """Under the snapshot's own key, which the caller must be able to lend Redshift."""
    wanted = given.get("KmsKeyId") or snapshot.facts.get("KmsKeyId")
    if given.get("Encrypted") is False:
        raise invalid("Clusters must be encrypted: Encrypted cannot be false.")
    if not wanted:
        return {"Encrypted": True}
    key = encryption.usable(call, wanted)
    encryption.granted(call, key, names.arn("cluster", made.account, made.region, made.identifier))
    return {"Encrypted": True, "KmsKeyId": key.arn}
