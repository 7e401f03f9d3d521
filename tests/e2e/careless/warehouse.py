"""Acts on the tenant's Redshift cluster."""

from typing import TYPE_CHECKING

from e2e.careless.act import Act, Target
from e2e.loopback import HTTP

if TYPE_CHECKING:
    from mypy_boto3_redshift.type_defs import ParameterTypeDef


def _cluster(target: Target) -> str:
    return f"redshift-cluster/{target.warehouse}"


def _parameters(target: Target) -> str:
    return f"redshift-parameter-group/{target.warehouse}"


def _stop_requiring_tls(target: Target) -> object:
    parameter: ParameterTypeDef = {"ParameterName": "require_ssl", "ParameterValue": "false"}
    return target.aws.redshift.modify_cluster_parameter_group(
        ParameterGroupName=target.warehouse,
        Parameters=[parameter],
    )


def _requires_tls(target: Target) -> object:
    answer = target.aws.redshift.describe_cluster_parameters(ParameterGroupName=target.warehouse, Source="user")
    return {p["ParameterName"]: p["ParameterValue"] for p in answer["Parameters"]}


def _stop_logging(target: Target) -> object:
    return target.aws.redshift.disable_logging(ClusterIdentifier=target.warehouse)


def _logging(target: Target) -> object:
    answer = target.aws.redshift.describe_logging_status(ClusterIdentifier=target.warehouse)
    return answer["LoggingEnabled"], sorted(answer.get("LogExports", []))


def _settings(target: Target) -> dict[str, object]:
    (cluster,) = target.aws.redshift.describe_clusters(ClusterIdentifier=target.warehouse)["Clusters"]
    return dict(cluster)


def _stop_copies(target: Target) -> object:
    return target.aws.redshift.disable_snapshot_copy(ClusterIdentifier=target.warehouse)


def _copies(target: Target) -> object:
    return _settings(target).get("ClusterSnapshotCopyStatus")


def _publish(target: Target) -> None:
    """It takes a while; what is measured begins at its end."""
    target.aws.redshift.modify_cluster(ClusterIdentifier=target.warehouse, PubliclyAccessible=True)
    there = {"account": target.aws.number}
    HTTP.post(f"{target.endpoints.control}/redshift/finish", params=there, timeout=10).raise_for_status()


def _is_public(target: Target) -> object:
    return _settings(target)["PubliclyAccessible"]


# The last one sets the cluster in motion, and then it takes no other.
ACTS = [
    Act(
        "lets clients connect without TLS",
        "ClientTenant",
        _parameters,
        "parameters",
        _stop_requiring_tls,
        _requires_tls,
    ),
    Act("turns the warehouse's audit logs off", "ClientTenant", _cluster, "logExports", _stop_logging, _logging),
    Act("stops copies to the second region", "ClientTenant", _cluster, "snapshotCopy", _stop_copies, _copies),
    Act("gives the warehouse a public address", "ClientTenant", _cluster, "publiclyAccessible", _publish, _is_public),
]
