"""What there is of one tenant's warehouse in AWS, whatever it is called; the same for two tenants that are alike."""

import re
from typing import Any

from e2e.account import Account

RECOVERY = "us-west-2"
_OWNER = "cloister.dev/owner-uid"
# What AWS or the tenant's uid decides, and the time.
_CHANGING = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"(?<=-)[0-9a-f]{8}\b"), "HASH"),
    (re.compile(r"(?<=-final-)[0-9a-z-]+"), "TIME"),
)


def estate(aws: Account, name: str, uid: str) -> dict[str, list[str]]:
    """By kind, each thing that is the tenant's by its tag, or named like it and nobody's."""
    far = aws.in_region(RECOVERY)
    found: dict[str, list[Any]] = {
        "clusters": [_cluster(aws, c) for c in aws.redshift.describe_clusters()["Clusters"] if _is_of(c, name)],
        "snapshots": [
            (s["SnapshotIdentifier"], s["SnapshotType"])
            for s in aws.redshift.describe_cluster_snapshots(SnapshotType="manual")["Snapshots"]
            if name in s["SnapshotIdentifier"]
        ],
        "parameter groups": [
            (g["ParameterGroupName"], _parameters(aws, g["ParameterGroupName"]), _tags(g))
            for g in aws.redshift.describe_cluster_parameter_groups()["ParameterGroups"]
            if _is_of(g, name)
        ],
        "subnet groups": [
            (g["ClusterSubnetGroupName"], sorted(s["SubnetIdentifier"] for s in g["Subnets"]), _tags(g))
            for g in aws.redshift.describe_cluster_subnet_groups()["ClusterSubnetGroups"]
            if _is_of(g, name)
        ],
        "copy grants": [
            (g["SnapshotCopyGrantName"], g["KmsKeyId"], _tags(g))
            for g in far.redshift.describe_snapshot_copy_grants()["SnapshotCopyGrants"]
            if _is_of(g, name)
        ],
        "keys": _keys(aws, uid),
        "recovery keys": _keys(far, uid),
        "log groups": [
            (g["logGroupName"], g.get("kmsKeyId"), g.get("retentionInDays"))
            for g in aws.logs.describe_log_groups()["logGroups"]
            if name in g["logGroupName"]
        ],
    }
    return {kind: sorted(_general(repr(thing), name) for thing in things) for kind, things in found.items()}


def _is_of(thing: Any, name: str) -> bool:
    """Names are made of the tenant's, whoever has the tags."""
    return any(name in str(value) for key, value in thing.items() if key != "Tags")


def _general(text: str, name: str) -> str:
    text = text.replace(name, "TENANT").replace(name.replace("-", "_"), "TENANT")
    for pattern, stands in _CHANGING:
        text = pattern.sub(stands, text)
    return text


def _tags(thing: Any) -> list[tuple[str, str]]:
    return sorted((tag["Key"], tag["Value"]) for tag in thing.get("Tags", []))


def _cluster(aws: Account, cluster: Any) -> tuple[Any, ...]:
    logging = aws.redshift.describe_logging_status(ClusterIdentifier=cluster["ClusterIdentifier"])
    kept = (
        *("ClusterIdentifier", "ClusterStatus", "NodeType", "NumberOfNodes", "Encrypted", "KmsKeyId"),
        *("EnhancedVpcRouting", "PubliclyAccessible", "ClusterSubnetGroupName", "AutomatedSnapshotRetentionPeriod"),
        *("ClusterSnapshotCopyStatus", "MasterUsername", "DBName"),
    )
    groups = [(g["ParameterGroupName"], g["ParameterApplyStatus"]) for g in cluster["ClusterParameterGroups"]]
    roles = sorted(role["IamRoleArn"] for role in cluster["IamRoles"])
    exports = logging["LoggingEnabled"], sorted(logging.get("LogExports", []))
    return (*(cluster.get(key) for key in kept), groups, roles, exports, _tags(cluster))


def _parameters(aws: Account, group: str) -> list[tuple[str, str]]:
    answer = aws.redshift.describe_cluster_parameters(ParameterGroupName=group, Source="user")
    return sorted((p["ParameterName"], p["ParameterValue"]) for p in answer["Parameters"])


def _keys(aws: Account, uid: str) -> list[tuple[Any, ...]]:
    found = []
    aliases = [a for page in aws.kms.get_paginator("list_aliases").paginate() for a in page["Aliases"]]
    for page in aws.kms.get_paginator("list_keys").paginate():
        for key in [listed["KeyId"] for listed in page["Keys"]]:
            tags = sorted((t["TagKey"], t["TagValue"]) for t in aws.kms.list_resource_tags(KeyId=key)["Tags"])
            if (_OWNER, uid) in tags:
                names = sorted(a["AliasName"] for a in aliases if a.get("TargetKeyId") == key)
                found.append((names, aws.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"], tags))
    return found
