"""What anybody can read of a cluster and what it leans on, to compare before and after."""

from collections.abc import Callable
from typing import Any

from drift.warehouse import RECOVERY
from e2e.account import Account

# Neither moves by itself. The administrator's secret has a new ARN once Redshift keeps the password again.
_SETTINGS = (
    "AllowVersionUpgrade", "AutomatedSnapshotRetentionPeriod", "ClusterSnapshotCopyStatus", "ClusterStatus",
    "ClusterSubnetGroupName", "DBName", "Encrypted", "EnhancedVpcRouting", "IamRoles", "KmsKeyId",
    "MasterPasswordSecretKmsKeyId", "MasterUsername", "NodeType", "NumberOfNodes", "PendingModifiedValues",
    "PreferredMaintenanceWindow", "PubliclyAccessible", "VpcSecurityGroups",
)  # fmt: skip


def cluster(aws: Account, name: str) -> Any:
    redshift: Any = aws.redshift
    (found,) = redshift.describe_clusters(ClusterIdentifier=name)["Clusters"]
    logging = redshift.describe_logging_status(ClusterIdentifier=name)
    logs = logging["LoggingEnabled"], sorted(logging.get("LogExports", []))
    (group,) = found["ClusterParameterGroups"]
    statuses = {one["ParameterApplyStatus"] for one in group.get("ClusterParameterStatusList", [])}
    settings = {part: found.get(part) for part in _SETTINGS}
    return settings, group["ParameterGroupName"], statuses, logs, _tags(found)


def parameter_group(aws: Account, name: str) -> Any:
    redshift: Any = aws.redshift
    (group,) = redshift.describe_cluster_parameter_groups(ParameterGroupName=name)["ParameterGroups"]
    answer = redshift.describe_cluster_parameters(ParameterGroupName=name, Source="user")
    ours = ("enable_user_activity_logging", "require_ssl")
    values = {p["ParameterName"]: p["ParameterValue"] for p in answer["Parameters"] if p["ParameterName"] in ours}
    return group["ParameterGroupFamily"], values, _tags(group)


def subnet_group(aws: Account, name: str) -> Any:
    redshift: Any = aws.redshift
    (group,) = redshift.describe_cluster_subnet_groups(ClusterSubnetGroupName=name)["ClusterSubnetGroups"]
    return sorted(subnet["SubnetIdentifier"] for subnet in group["Subnets"]), _tags(group)


def copy_grant(aws: Account, name: str) -> Any:
    redshift: Any = aws.in_region(RECOVERY).redshift
    (grant,) = redshift.describe_snapshot_copy_grants(SnapshotCopyGrantName=name)["SnapshotCopyGrants"]
    return grant.get("KmsKeyId"), _tags(grant)


def log_group(aws: Account, name: str) -> Any:
    found = aws.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    (group,) = [one for one in found if one["logGroupName"] == name]
    tags = aws.logs.list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))["tags"]
    return group.get("kmsKeyId"), group.get("retentionInDays"), tags


def _tags(found: Any) -> Any:
    return sorted((tag["Key"], tag["Value"]) for tag in found["Tags"])


READ: dict[str, Callable[[Account, str], Any]] = {
    "redshift-cluster": cluster,
    "redshift-parameter-group": parameter_group,
    "redshift-subnet-group": subnet_group,
    "redshift-snapshot-copy-grant": copy_grant,
    "log-group": log_group,
}
