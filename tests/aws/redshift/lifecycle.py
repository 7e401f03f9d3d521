"""Deleting, rebooting, pausing and resuming.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_DeleteCluster.html
https://docs.aws.amazon.com/redshift/latest/APIReference/API_RebootCluster.html
"""

from typing import Any

from aws.call import Call
from aws.redshift import backup, clock, names, settings, states, view
from aws.redshift.records import Region
from aws.redshift.wire import Arguments, conflicting, fault, operation


@operation("DeleteCluster")
def delete_cluster(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    cluster = states.deletable(here, given["ClusterIdentifier"])
    final = _final_snapshot(here, given)
    if final is None:
        clock.begin(cluster, "deleting", then="gone")
    else:
        days = settings.manual_retention(given.get("FinalClusterSnapshotRetentionPeriod", -1))
        backup.take(here, cluster, "manual", final, days, clock.seconds("final-snapshot"))
        clock.begin(cluster, "final-snapshot", then="deleting")
    return {"Cluster": view.cluster(here, cluster)}


def _final_snapshot(here: Region, given: Arguments) -> str | None:
    name = given.get("FinalClusterSnapshotIdentifier")
    if given.get("SkipFinalClusterSnapshot", False):
        if name:
            raise conflicting("FinalClusterSnapshotIdentifier cannot be given if SkipFinalClusterSnapshot is true.")
        return None
    if not name:
        raise conflicting("FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is specified.")
    if name in here.snapshots:
        raise fault("ClusterSnapshotAlreadyExistsFault")
    return names.identifier(name, "FinalClusterSnapshotIdentifier", 255)


@operation("RebootCluster")
def reboot_cluster(call: Call, given: Arguments) -> dict[str, Any]:
    """ "Any pending cluster modifications (see ModifyCluster) are applied at this reboot." """
    here = clock.current(call.account, call.region)
    cluster = states.ready(here, given["ClusterIdentifier"], "reboot")
    clock.begin(cluster, "rebooting")
    return {"Cluster": view.cluster(here, cluster)}


@operation("PauseCluster")
def pause_cluster(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    cluster = states.ready(here, given["ClusterIdentifier"], "pause")
    clock.begin(cluster, "pausing", then="paused")
    return {"Cluster": view.cluster(here, cluster)}


@operation("ResumeCluster")
def resume_cluster(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    cluster = states.paused(here, given["ClusterIdentifier"])
    clock.begin(cluster, "resuming")
    return {"Cluster": view.cluster(here, cluster)}
