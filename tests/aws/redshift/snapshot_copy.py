"""Copies of a cluster's snapshots in another region.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_EnableSnapshotCopy.html
"""

from functools import cache
from typing import Any

import botocore.session

from aws.call import Call
from aws.redshift import clock, settings, states, view
from aws.redshift.wire import Arguments, fault, invalid, operation

DAYS = 7  # "Default: 7"
RETENTION = "Must be at least 1 and no more than 35"


@cache
def regions() -> frozenset[str]:
    return frozenset(botocore.session.get_session().get_available_regions("redshift"))


def _retention(days: int) -> int:
    if not 1 <= days <= 35:
        raise fault("InvalidRetentionPeriodFault", f"Invalid retention period {days}. {RETENTION}")
    return days


@operation("EnableSnapshotCopy")
def enable_snapshot_copy(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    cluster = states.ready(here, given["ClusterIdentifier"])
    destination, grant = given["DestinationRegion"], given.get("SnapshotCopyGrantName")
    if cluster.snapshot_copy:
        raise fault("SnapshotCopyAlreadyEnabledFault")
    if destination not in regions():
        raise fault("UnknownSnapshotCopyRegionFault")
    if destination == call.region:
        raise invalid("The destination region must be another than the cluster's.")
    wanted = {
        "DestinationRegion": destination,
        "RetentionPeriod": _retention(given.get("RetentionPeriod", DAYS)),
        "ManualSnapshotRetentionPeriod": settings.manual_retention(given.get("ManualSnapshotRetentionPeriod", -1)),
    }
    if grant:
        if not cluster.settings["Encrypted"]:
            raise fault("IncompatibleOrderableOptions")
        if grant not in clock.current(call.account, destination).copy_grants:
            raise fault("SnapshotCopyGrantNotFoundFault")
        wanted["SnapshotCopyGrantName"] = grant
    cluster.snapshot_copy = wanted
    return {"Cluster": view.cluster(here, cluster)}


@operation("DisableSnapshotCopy")
def disable_snapshot_copy(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    cluster = states.ready(here, given["ClusterIdentifier"])
    if not cluster.snapshot_copy:
        raise fault("SnapshotCopyAlreadyDisabledFault")
    cluster.snapshot_copy = {}
    return {"Cluster": view.cluster(here, cluster)}


@operation("ModifySnapshotCopyRetentionPeriod")
def modify_snapshot_copy_retention(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    cluster = states.ready(here, given["ClusterIdentifier"])
    if not cluster.snapshot_copy:
        raise fault("SnapshotCopyDisabledFault")
    days = given["RetentionPeriod"]
    if given.get("Manual", False):
        changed = {"ManualSnapshotRetentionPeriod": settings.manual_retention(days)}
    else:
        changed = {"RetentionPeriod": _retention(days)}
    cluster.snapshot_copy = cluster.snapshot_copy | changed
    return {"Cluster": view.cluster(here, cluster)}
