"""The roles that a cluster may use.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_ModifyClusterIamRoles.html
"""

from typing import Any

from aws import stores
from aws.call import Call
from aws.redshift import clock, states, view
from aws.redshift.wire import Arguments, fault, invalid, operation

AT_MOST = 50  # https://docs.aws.amazon.com/redshift/latest/mgmt/amazon-redshift-limits.html


def check_roles(roles: list[str]) -> None:
    for arn in roles:
        parts = arn.split(":", 5)
        role = stores.role(parts[4], arn.rpartition("/")[2]) if len(parts) == 6 and parts[2] == "iam" else None
        if role is None or role.arn != arn:
            raise invalid(f"The IAM role {arn} is not valid or does not exist.")


@operation("ModifyClusterIamRoles")
def modify_cluster_iam_roles(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    cluster = states.ready(here, given["ClusterIdentifier"])
    added, removed = given.get("AddIamRoles") or [], given.get("RemoveIamRoles") or []
    check_roles(added)
    roles = cluster.roles | {role: "adding" for role in added if role not in cluster.roles}
    if len(roles) > AT_MOST:
        raise fault("LimitExceededFault", "The number of IAM roles exceeds the quota.")
    chosen = given.get("DefaultIamRoleArn")
    if chosen and chosen not in roles:
        raise invalid("The default IAM role must be one of the cluster's roles.")
    cluster.roles = roles | {role: "removing" for role in removed if role in roles}
    pending = {"DefaultIamRoleArn": chosen} if chosen else {}
    if cluster.settings.get("DefaultIamRoleArn") in removed:
        pending = {"DefaultIamRoleArn": chosen or None}
    clock.begin(cluster, "modifying", pending=pending)
    return {"Cluster": view.cluster(here, cluster)}
