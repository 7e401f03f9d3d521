"""ResizeCluster: another number or kind of nodes.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_ResizeCluster.html
"""

from typing import Any

from aws.call import Call
from aws.redshift import clock, settings, states, view
from aws.redshift.records import Settings
from aws.redshift.wire import Arguments, invalid, operation

LACKS = frozenset({"ReservedNodeId", "TargetReservedNodeOfferingId"})


@operation("ResizeCluster", LACKS)
def resize_cluster(call: Call, given: Arguments) -> dict[str, Any]:
    """ "If not specified, the cluster's current" node type and number of nodes are used; elastic unless Classic."""
    here = clock.current(call.account, call.region)
    cluster = states.ready(here, given["ClusterIdentifier"])
    wanted: Settings = {
        "NodeType": given.get("NodeType", cluster.settings["NodeType"]),
        "NumberOfNodes": given.get("NumberOfNodes", cluster.settings["NumberOfNodes"]),
    }
    if all(cluster.settings[name] == value for name, value in wanted.items()):
        raise invalid("The requested nodes are those that the cluster has.")
    kind = given.get("ClusterType", "multi-node" if wanted["NumberOfNodes"] > 1 else "single-node")
    settings.nodes(wanted | {"ClusterType": kind})
    clock.begin(cluster, "resizing", pending=wanted)
    return {"Cluster": view.cluster(here, cluster)}
