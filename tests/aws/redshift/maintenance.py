"""Putting maintenance off. https://docs.aws.amazon.com/redshift/latest/APIReference/API_ModifyClusterMaintenance.html"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from aws.call import Call
from aws.redshift import clock, states, view
from aws.redshift.wire import Arguments, conflicting, invalid, operation

DAYS = 60  # "The duration must be 60 days or less."


@operation("ModifyClusterMaintenance")
def modify_cluster_maintenance(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    cluster = states.ready(here, given["ClusterIdentifier"])
    if given.get("DeferMaintenance", True) is False:
        cluster.deferred = {}
        return {"Cluster": view.cluster(here, cluster)}
    end, days = given.get("DeferMaintenanceEndTime"), given.get("DeferMaintenanceDuration")
    if end is not None and days is not None:
        raise conflicting("If you specify an end time, you can't specify a duration.")
    start = given.get("DeferMaintenanceStartTime") or cluster.deferred.get(
        "DeferMaintenanceStartTime", datetime.now(UTC)
    )
    if end is None:
        end = start + timedelta(days=days if days is not None else DAYS)
    if not timedelta(0) < end - start <= timedelta(days=DAYS):
        raise invalid(f"Maintenance can be deferred for {DAYS} days at most.")
    name = given.get("DeferMaintenanceIdentifier") or cluster.deferred.get("DeferMaintenanceIdentifier")
    cluster.deferred = {
        "DeferMaintenanceIdentifier": name or f"dfm-{uuid.uuid4().hex[:20]}",
        "DeferMaintenanceStartTime": start,
        "DeferMaintenanceEndTime": end,
    }
    return {"Cluster": view.cluster(here, cluster)}
