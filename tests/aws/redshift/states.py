"""Which states of a cluster allow a change. https://docs.aws.amazon.com/redshift/latest/APIReference/API_ModifyCluster.html"""

from aws.redshift import clock, view
from aws.redshift.records import Cluster, Region
from aws.redshift.wire import fault

DELETABLE = ("available", "paused", "inaccessible-kms-key")
BUSY = "There is an operation running on the Cluster. Please try to {} it at a later time."


def ready(here: Region, identifier: str, verb: str = "modify") -> Cluster:
    """The cluster, if it is available; every change needs that, and one change excludes another."""
    found = clock.find(here, identifier)
    state = view.status(found)
    if state == "available":
        return found
    if found.then:
        raise fault("InvalidClusterStateFault", BUSY.format(verb))
    raise fault("InvalidClusterStateFault", f"Cluster {identifier} is {state}, not available.")


def deletable(here: Region, identifier: str) -> Cluster:
    found = clock.find(here, identifier)
    if view.status(found) not in DELETABLE:
        raise fault("InvalidClusterStateFault", BUSY.format("delete"))
    return found


def paused(here: Region, identifier: str) -> Cluster:
    found = clock.find(here, identifier)
    if found.status != "paused":
        raise fault("InvalidClusterStateFault", f"Cluster {identifier} is {view.status(found)}, not paused.")
    return found
