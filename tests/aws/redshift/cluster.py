"""A cluster for those that run statements on it."""

from dataclasses import dataclass

from aws.redshift import clock, parameters, view
from aws.redshift.records import Data
from aws.redshift.wire import fault


@dataclass(frozen=True, slots=True)
class Available:
    identifier: str
    namespace: str  # unlike the identifier it is never given to another cluster
    database: str
    master_user: str
    roles: tuple[str, ...]  # ARNs of those that are attached and in sync
    default_role: str
    key: str  # ARN of the customer's key; empty for AWS's own
    requires_tls: bool  # as the databases have it, which is not always what the parameter group says
    logs_user_activity: bool
    enhanced_vpc_routing: bool
    tags: dict[str, str]
    data: Data | None  # what its databases began with


def require_available(account: str, region: str, identifier: str) -> Available:
    """Raises ClusterNotFound or InvalidClusterState as AWS names them; the caller's service may name them otherwise."""
    found = clock.find(clock.current(account, region), identifier)
    state = view.status(found)
    if state not in QUERYABLE:
        raise fault("InvalidClusterStateFault", f"Cluster {identifier} is {state}.")
    return Available(
        identifier=found.identifier,
        namespace=found.namespace,
        database=found.settings["DBName"],
        master_user=found.username,
        roles=tuple(role for role, status in found.roles.items() if status == "in-sync"),
        default_role=found.settings.get("DefaultIamRoleArn", ""),
        key=found.encrypted_by,
        requires_tls=found.parameters[parameters.TLS] == "true",
        logs_user_activity=found.parameters["enable_user_activity_logging"] == "true",
        enhanced_vpc_routing=found.settings["EnhancedVpcRouting"],
        tags=dict(found.tags),
        data=found.data,
    )


QUERYABLE = ("available", "modifying", "resizing")  # intermittently so while it is changed
