"""Flips of the cluster and of what it leans on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from e2e.account import Account
from e2e.loopback import HTTP

RECOVERY = "us-west-2"


@dataclass(frozen=True)
class Spare:
    """What things of the tenant are flipped to."""

    control: str
    key: str
    # A key in the recovery region, and the VPC's default security group.
    recovery_key: str
    security_group: str

    def finish(self, account: str) -> None:
        """Ends what a change has set in motion, and what follows upon it."""
        HTTP.post(f"{self.control}/redshift/finish", params={"account": account}, timeout=10).raise_for_status()


def flip_cluster(aws: Account, name: str, path: str, spare: Spare) -> None:
    redshift: Any = aws.redshift
    part, _, rest = path.partition(".")
    if part == "snapshotCopy":
        return _flip_copy(redshift, name, rest)
    changes: dict[str, Callable[[], dict[str, Any]]] = {
        "adminSecretKey": lambda: {"MasterPasswordSecretKmsKeyId": spare.key, "ManageMasterPassword": True},
        "allowVersionUpgrade": lambda: {"AllowVersionUpgrade": False},
        "encryption.enabled": lambda: _uncopied(redshift, name, {"Encrypted": False}),
        "encryption.kmsKey": lambda: _uncopied(redshift, name, {"Encrypted": True, "KmsKeyId": spare.key}),
        "enhancedVpcRouting": lambda: {"EnhancedVpcRouting": False},
        "maintenanceWindow": lambda: {"PreferredMaintenanceWindow": "wed:03:00-wed:04:00"},
        "nodes.count": lambda: {"NodeType": "ra3.xlplus", "NumberOfNodes": 4},
        "nodes.type": lambda: {"NodeType": "ra3.4xlarge", "NumberOfNodes": 2},
        "parameterGroup": lambda: {"ClusterParameterGroupName": "default.redshift-2.0"},
        "publiclyAccessible": lambda: {"PubliclyAccessible": True},
        "securityGroups": lambda: {"VpcSecurityGroupIds": [spare.security_group]},
        "snapshotRetentionDays": lambda: {"AutomatedSnapshotRetentionPeriod": 1},
    }
    if path in changes:
        redshift.modify_cluster(ClusterIdentifier=name, **changes[path]())
    elif path == "logExports":
        redshift.disable_logging(ClusterIdentifier=name)
    elif path == "roles":
        roles = [role["IamRoleArn"] for role in _cluster(redshift, name)["IamRoles"]]
        redshift.modify_cluster_iam_roles(ClusterIdentifier=name, RemoveIamRoles=roles)
    elif path == "parametersInEffect":
        # One that others may set, and that waits for a reboot all the same.
        value = _parameters(redshift, name).get("use_fips_ssl") == "true"
        _set_parameter(redshift, name, "use_fips_ssl", "false" if value else "true")
    else:
        raise AssertionError(f"no flip for {path} of a cluster")
    spare.finish(aws.number)
    return None


def _uncopied(redshift: Any, name: str, change: dict[str, Any]) -> dict[str, Any]:
    """Redshift does not encrypt anew what it copies to another region."""
    redshift.disable_snapshot_copy(ClusterIdentifier=name)
    return change


def _flip_copy(redshift: Any, name: str, field: str) -> None:
    if field == "retentionDays":
        redshift.modify_snapshot_copy_retention_period(ClusterIdentifier=name, RetentionPeriod=1)
        return
    region = {"region": "eu-west-1", "grant": RECOVERY}[field]
    redshift.disable_snapshot_copy(ClusterIdentifier=name)
    redshift.enable_snapshot_copy(ClusterIdentifier=name, DestinationRegion=region)


def flip_parameter_group(aws: Account, name: str, path: str) -> None:
    part, _, parameter = path.partition(".")
    if part != "parameters":
        raise AssertionError(f"no flip for {path} of a parameter group")
    _set_parameter(aws.redshift, name, parameter, "false")


def flip_subnet_group(aws: Account, name: str, path: str) -> None:
    redshift: Any = aws.redshift
    if path != "subnets":
        raise AssertionError(f"no flip for {path} of a subnet group")
    (group,) = redshift.describe_cluster_subnet_groups(ClusterSubnetGroupName=name)["ClusterSubnetGroups"]
    subnets = [subnet["SubnetIdentifier"] for subnet in group["Subnets"]]
    redshift.modify_cluster_subnet_group(ClusterSubnetGroupName=name, SubnetIds=subnets[:1])


def flip_log_group(aws: Account, name: str, path: str) -> None:
    match path:
        case "kmsKey":
            aws.logs.disassociate_kms_key(logGroupName=name)
        case "retentionDays":
            aws.logs.put_retention_policy(logGroupName=name, retentionInDays=1)
        case _:
            raise AssertionError(f"no flip for {path} of a log group")


def tag(aws: Account, resource: str, key: str, value: str) -> None:
    """Puts a tag onto a resource by its id."""
    kind, _, name = resource.partition("/")
    there = aws.in_region(RECOVERY)
    kms: Any = there.kms
    match kind:
        case "recovery-kms-key":
            arn = kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"]
            kms.tag_resource(KeyId=arn, Tags=[{"TagKey": key, "TagValue": value}])
        case "log-group":
            arn = f"arn:aws:logs:{aws.region}:{aws.number}:log-group:{name}"
            aws.logs.tag_resource(resourceArn=arn, tags={key: value})
        case _:
            here = there if kind == "redshift-snapshot-copy-grant" else aws
            called = kind.removeprefix("redshift-").replace("-", "")
            redshift: Any = here.redshift
            arn = f"arn:aws:redshift:{here.region}:{aws.number}:{called}:{name}"
            redshift.create_tags(ResourceName=arn, Tags=[{"Key": key, "Value": value}])


def _set_parameter(redshift: Any, group: str, name: str, value: str) -> None:
    change = [{"ParameterName": name, "ParameterValue": value}]
    redshift.modify_cluster_parameter_group(ParameterGroupName=group, Parameters=change)


def _parameters(redshift: Any, group: str) -> dict[str, str]:
    answer = redshift.describe_cluster_parameters(ParameterGroupName=group, Source="user")
    return {one["ParameterName"]: one["ParameterValue"] for one in answer["Parameters"]}


def _cluster(redshift: Any, name: str) -> Any:
    (found,) = redshift.describe_clusters(ClusterIdentifier=name)["Clusters"]
    return found
