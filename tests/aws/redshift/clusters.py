"""Making clusters and looking at them.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html
There is no idempotency token: the identifier is it.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from aws.call import Call
from aws.redshift import clock, encryption, names, network, pages, parameters, secret, settings, view
from aws.redshift.iam_roles import check_roles
from aws.redshift.records import Cluster, Settings
from aws.redshift.wire import Arguments, conflicting, fault, invalid, operation

LACKS = frozenset(
    {
        "AdditionalInfo", "AquaConfigurationStatus", "CatalogName", "ClusterSecurityGroups", "ElasticIp",
        "ExtraComputeForAutomaticOptimization", "HsmClientCertificateIdentifier", "HsmConfigurationIdentifier",
        "LoadSampleData", "RedshiftIdcApplicationArn", "SnapshotScheduleIdentifier",
    }
)  # fmt: skip


@operation("CreateCluster", LACKS)
def create_cluster(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    identifier = names.identifier(given["ClusterIdentifier"], "ClusterIdentifier")
    if identifier in here.clusters:
        raise fault("ClusterAlreadyExistsFault", "Cluster already exists")
    tags = pages.read_tags(given)
    made = Cluster(
        identifier,
        call.account,
        call.region,
        names.user(given["MasterUsername"]),
        str(uuid.uuid4()),
        datetime.now(UTC),
        settings_of(given),
        parameter_group(call, given),
        tags,
    )
    place(call, given, made)
    made.settings |= _encrypted(call, given, made)
    attach(call, given, made)
    pending = password(call, given, made)
    if pending is None:
        raise conflicting("Either MasterUserPassword or ManageMasterPassword must be given.")
    here.clusters[identifier] = made
    clock.begin(made, "creating", pending=pending)
    return {"Cluster": view.cluster(here, made)}


def settings_of(given: Arguments) -> Settings:
    """With AWS's defaults, as they are since January 2025 (not public, encrypted).

    https://docs.aws.amazon.com/redshift/latest/mgmt/behavior-changes.html
    """
    node_type = given["NodeType"]
    if given.get("ClusterVersion", "1.0") != "1.0":
        raise invalid(f"Invalid cluster version: {given['ClusterVersion']}")
    window = given.get("PreferredMaintenanceWindow")
    return {
        "NumberOfNodes": settings.nodes(given),
        "NodeType": node_type,
        "DBName": names.database(given.get("DBName", "dev")),
        "AutomatedSnapshotRetentionPeriod": settings.retention(
            given.get("AutomatedSnapshotRetentionPeriod", 1), node_type
        ),
        "ManualSnapshotRetentionPeriod": settings.manual_retention(given.get("ManualSnapshotRetentionPeriod", -1)),
        "PreferredMaintenanceWindow": settings.window(window)
        if window
        else settings.some_window(given["ClusterIdentifier"]),
        "AllowVersionUpgrade": given.get("AllowVersionUpgrade", True),
        "PubliclyAccessible": given.get("PubliclyAccessible", False),
        "EnhancedVpcRouting": given.get("EnhancedVpcRouting", False),
        "MaintenanceTrackName": settings.track(given.get("MaintenanceTrackName", "current")),
        "AvailabilityZoneRelocation": relocation(given.get("AvailabilityZoneRelocation", False), node_type),
        "MultiAZ": multi_az(given.get("MultiAZ", False), node_type),
        "Port": settings.port(given.get("Port", settings.PORT), node_type),
        "IpAddressType": given.get("IpAddressType", "ipv4"),
    }


def relocation(on: bool, node_type: str) -> bool:
    if on and not settings.newer(node_type):
        raise fault("UnsupportedOperationFault", f"{node_type} clusters cannot be relocated.")
    return on


def multi_az(on: bool, node_type: str) -> bool:
    if on and not settings.newer(node_type):
        raise fault("UnsupportedOperationFault", f"{node_type} clusters cannot be deployed in two Availability Zones.")
    return on


def parameter_group(call: Call, given: Arguments) -> str:
    wanted = given.get("ClusterParameterGroupName", f"default.{parameters.LATEST}")
    return parameters.find(clock.current(call.account, call.region), wanted).name


def place(call: Call, given: Arguments, made: Cluster) -> None:
    here = clock.current(call.account, call.region)
    group = network.group(here, call.account, call.region, given.get("ClusterSubnetGroupName"))
    zones = sorted(set(group.subnets.values()))
    zone = given.get("AvailabilityZone", zones[0])
    if zone not in zones:
        raise fault("InvalidVPCNetworkStateFault")
    made.settings |= {"ClusterSubnetGroupName": group.name, "VpcId": group.vpc, "AvailabilityZone": zone}
    wanted = given.get("VpcSecurityGroupIds") or []
    found = network.security_groups(call.account, call.region, group.vpc, wanted)
    made.security_groups = dict.fromkeys(found, "active")


def _encrypted(call: Call, given: Arguments, made: Cluster) -> Settings:
    if not given.get("Encrypted", True):
        raise invalid("Clusters must be encrypted: Encrypted cannot be false.")
    if not given.get("KmsKeyId"):
        return {"Encrypted": True}
    key = encryption.usable(call, given["KmsKeyId"])
    encryption.granted(call, key, names.arn("cluster", made.account, made.region, made.identifier))
    return {"Encrypted": True, "KmsKeyId": key.arn}


def attach(call: Call, given: Arguments, made: Cluster) -> None:
    roles = given.get("IamRoles") or []
    check_roles(roles)
    made.roles = dict.fromkeys(roles, "adding")
    if given.get("DefaultIamRoleArn"):
        if given["DefaultIamRoleArn"] not in roles:
            raise invalid("The default IAM role must be one of the cluster's roles.")
        made.settings["DefaultIamRoleArn"] = given["DefaultIamRoleArn"]


def password(call: Call, given: Arguments, cluster: Cluster) -> Settings | None:
    """What is set when the change ends: the password itself, or nothing that is told for a managed one."""
    managed, text = given.get("ManageMasterPassword", False), given.get("MasterUserPassword")
    key = given.get("MasterPasswordSecretKmsKeyId")
    if managed and text:
        raise conflicting("You can't use MasterUserPassword if ManageMasterPassword is true.")
    if key and not managed:
        raise conflicting("MasterPasswordSecretKmsKeyId can only be used if ManageMasterPassword is true.")
    if managed:
        arn = encryption.usable(call, key).arn if key else None
        secret.delete(cluster)
        cluster.settings |= {k: v for k, v in secret.create(cluster, arn).items() if v is not None}
        return {}
    return {"MasterUserPassword": settings.password(text)} if text else None


@operation("DescribeClusters")
def describe_clusters(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    wanted = given.get("ClusterIdentifier")
    found = {wanted: clock.find(here, wanted)} if wanted else here.clusters
    chosen = {name: each for name, each in found.items() if pages.matches(each.tags, given)}
    listed, marker = pages.page(given, chosen, "ClusterIdentifier")
    return {"Marker": marker, "Clusters": [view.cluster(here, each) for each in listed]}
