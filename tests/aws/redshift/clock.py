"""Changes that take time: a cluster is creating, modifying, rebooting, deleting, and then it is not.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html
On AWS these take minutes. Here each takes as many seconds as the control API says, and ends when somebody looks.
"""

import time

from aws.redshift import backup, parameters, secret
from aws.redshift.records import Cluster, Region, Settings, region
from aws.redshift.wire import fault

DEFAULT = 1.0
STATUSES = (
    "creating", "modifying", "resizing", "renaming", "rebooting", "pausing", "resuming", "deleting",
    "final-snapshot", "applying", "snapshot",
)  # fmt: skip
_seconds: dict[str, float] = {}


def seconds(status: str) -> float:
    return _seconds.get(status, _seconds.get("default", DEFAULT))


def configure(given: dict[str, float]) -> dict[str, float]:
    """Seconds by status, `default` for those that are not named."""
    unknown = given.keys() - {*STATUSES, "default"}
    if unknown:
        raise ValueError(f"no such status: {', '.join(sorted(unknown))}; there are {', '.join(STATUSES)}, default")
    if any(not 0 <= float(value) <= 3600 for value in given.values()):
        raise ValueError("a change takes 0 to 3600 seconds")
    _seconds.update({status: float(value) for status, value in given.items()})
    return {status: seconds(status) for status in STATUSES}


def reset() -> None:
    _seconds.clear()


def current(account: str, name: str) -> Region:
    here, now = region(account, name), time.monotonic()
    for cluster in [each for each in here.clusters.values() if each.then]:
        while cluster.then and cluster.due <= now:
            _end(here, cluster)
    return here


def begin(cluster: Cluster, status: str, then: str = "available", pending: Settings | None = None) -> None:
    cluster.status, cluster.then = status, then
    cluster.due = time.monotonic() + seconds(status)
    cluster.pending = pending or {}


def _end(here: Region, cluster: Cluster) -> None:
    ended, cluster.status, cluster.then = cluster.status, cluster.then, ""
    changed, cluster.pending = cluster.pending, {}
    if cluster.status == "deleting":
        cluster.then, cluster.due = "gone", cluster.due + seconds("deleting")
        return
    if cluster.status == "gone":
        _remove(here, cluster)
        return
    cluster.started = True
    cluster.security_groups = {group: "active" for group, state in cluster.security_groups.items() if state in KEPT}
    cluster.roles = {role: "in-sync" for role, state in cluster.roles.items() if state in KEPT}
    if ended in ("creating", "rebooting", "resuming"):
        cluster.parameters = parameters.values_of(here, cluster.parameter_group)
        cluster.unapplied = set()
    changed.pop("EncryptionType", None)  # only ever told of while it is pending
    cluster.password = changed.pop("MasterUserPassword", cluster.password)
    _rename(here, cluster, changed.pop("ClusterIdentifier", cluster.identifier))
    cluster.settings = {name: value for name, value in (cluster.settings | changed).items() if value is not None}
    if ended == "creating":
        backup.automated(here, cluster)


KEPT = ("active", "in-sync", "adding")


def _remove(here: Region, cluster: Cluster) -> None:
    del here.clusters[cluster.identifier]
    backup.keeper.end(cluster)
    secret.delete(cluster)
    for name, snapshot in list(here.snapshots.items()):
        if snapshot.cluster == cluster.identifier and snapshot.kind == "automated":
            del here.snapshots[name]


def _rename(here: Region, cluster: Cluster, identifier: str) -> None:
    if identifier != cluster.identifier:
        del here.clusters[cluster.identifier]
        cluster.identifier = identifier
        here.clusters[identifier] = cluster


def hasten(here: Region) -> int:
    """Ends the changes that are under way; what follows upon one takes its own time."""
    under_way = [cluster for cluster in here.clusters.values() if cluster.then]
    for cluster in under_way:
        cluster.due = time.monotonic()
    return len(under_way)


def maintain(here: Region) -> int:
    """What the maintenance window does. Parameters are not among it: they wait for a reboot by the customer."""
    waiting = [cluster for cluster in here.clusters.values() if cluster.at_maintenance]
    for cluster in waiting:
        cluster.settings |= cluster.at_maintenance
        cluster.at_maintenance = {}
    return len(waiting)


def find(here: Region, identifier: str) -> Cluster:
    cluster = here.clusters.get(identifier)
    if cluster is None:
        raise fault("ClusterNotFoundFault", f"Cluster {identifier} not found.")
    return cluster
