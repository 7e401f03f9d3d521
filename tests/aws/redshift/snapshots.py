"""Snapshots. https://docs.aws.amazon.com/redshift/latest/APIReference/API_DescribeClusterSnapshots.html"""

from typing import Any

from aws.call import Call
from aws.redshift import backup, clock, names, pages, settings, states
from aws.redshift.records import Region, Snapshot
from aws.redshift.wire import Arguments, conflicting, fault, invalid, operation

LACKS = frozenset({"SortingEntities", "OwnerAccount"})


def _view(call: Call, found: Snapshot) -> dict[str, Any]:
    return {
        "SnapshotIdentifier": found.identifier,
        "ClusterIdentifier": found.cluster,
        "SnapshotCreateTime": found.created,
        "Status": "available" if backup.is_available(found) else "creating",
        "SnapshotType": found.kind,
        "ClusterVersion": "1.0",
        "OwnerAccount": call.account,
        "Tags": pages.tag_list(found.tags),
        "ManualSnapshotRetentionPeriod": found.retention if found.kind == "manual" else None,
        "SnapshotRetentionStartTime": found.created,
        "SnapshotArn": names.arn("snapshot", call.account, call.region, f"{found.cluster}/{found.identifier}"),
    } | found.facts


@operation("DescribeClusterSnapshots", LACKS)
def describe_cluster_snapshots(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    kind = given.get("SnapshotType")
    if kind not in (None, "manual", "automated"):
        raise invalid(f"Invalid snapshot type: {kind}")
    if given.get("ClusterExists") and not given.get("ClusterIdentifier"):
        raise conflicting("If ClusterExists is set to true, ClusterIdentifier is required.")
    chosen = {name: each for name, each in here.snapshots.items() if _wanted(call, here, given, each)}
    if (given.get("SnapshotIdentifier") or given.get("SnapshotArn")) and not chosen:
        raise fault("ClusterSnapshotNotFoundFault", f"Snapshot {given.get('SnapshotIdentifier', '')} not found.")
    listed, marker = pages.page(given, chosen)
    return {"Marker": marker, "Snapshots": [_view(call, each) for each in listed]}


def _wanted(call: Call, here: Region, given: Arguments, found: Snapshot) -> bool:
    exists = given.get("ClusterExists")
    named = names.arn("snapshot", call.account, call.region, f"{found.cluster}/{found.identifier}")
    return (
        given.get("ClusterIdentifier") in (None, found.cluster)
        and given.get("SnapshotIdentifier") in (None, found.identifier)
        and given.get("SnapshotArn") in (None, named)
        and given.get("SnapshotType") in (None, found.kind)
        and (exists is None or exists == (found.cluster in here.clusters))
        and given.get("StartTime", found.created) <= found.created <= given.get("EndTime", found.created)
        and pages.matches(found.tags, given)
    )


@operation("CreateClusterSnapshot")
def create_cluster_snapshot(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    cluster = states.ready(here, given["ClusterIdentifier"], "snapshot")
    name = names.identifier(given["SnapshotIdentifier"], "SnapshotIdentifier", 255)
    if name in here.snapshots:
        raise fault("ClusterSnapshotAlreadyExistsFault")
    days = int(given.get("ManualSnapshotRetentionPeriod") or cluster.settings["ManualSnapshotRetentionPeriod"])
    tags = pages.read_tags(given)
    made = backup.take(here, cluster, "manual", name, settings.manual_retention(days), clock.seconds("snapshot"))
    made.tags = tags or made.tags
    return {"Snapshot": _view(call, made)}


@operation("DeleteClusterSnapshot")
def delete_cluster_snapshot(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    found = here.snapshots.get(given["SnapshotIdentifier"])
    if found is None or given.get("SnapshotClusterIdentifier") not in (None, found.cluster):
        raise fault("ClusterSnapshotNotFoundFault", f"Snapshot {given['SnapshotIdentifier']} not found.")
    if found.kind == "automated" or not backup.is_available(found):
        raise fault("InvalidClusterSnapshotStateFault")
    del here.snapshots[found.identifier]
    return {"Snapshot": _view(call, found) | {"Status": "deleted"}}
