"""ModifyCluster: what is changed at once, what takes a while, and what waits for a reboot or the maintenance window.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_ModifyCluster.html
"""

from collections.abc import Callable
from typing import Any

from aws.call import Call
from aws.redshift import clock, clusters, encryption, names, network, parameters, secret, settings, states, view
from aws.redshift.records import Cluster, Region, Settings
from aws.redshift.wire import Arguments, conflicting, fault, operation

LACKS = frozenset(
    {
        "AvailabilityZone", "ClusterSecurityGroups", "ClusterVersion", "ElasticIp",
        "ExtraComputeForAutomaticOptimization", "HsmClientCertificateIdentifier", "HsmConfigurationIdentifier",
        "IpAddressType",
    }
)  # fmt: skip
AT_ONCE = {"PreferredMaintenanceWindow", "AllowVersionUpgrade", "ManualSnapshotRetentionPeriod"}
RESIZING = {"NodeType", "NumberOfNodes", "ClusterType", "Encrypted", "KmsKeyId", "EncryptionType"}


@operation("ModifyCluster", LACKS)
def modify_cluster(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    cluster = states.ready(here, given["ClusterIdentifier"])
    if "MultiAZ" in given and len(given) > 2:
        raise conflicting(
            "When a ModifyCluster AutoFailover operation is requested, no other modifications are allowed in the same "
            "request."
        )
    wanted = _checked(here, cluster, given)  # all of it before any of it
    wanted |= _encryption(call, given, cluster)
    groups = _security_groups(call, given, cluster)
    group = _parameter_group(here, given, cluster)
    pending_password = clusters.password(call, given, cluster) or {}
    if given.get("ManageMasterPassword") is False:
        pending_password |= _unmanaged(cluster, pending_password)
    at_once = {name: wanted.pop(name) for name in AT_ONCE & wanted.keys()}
    cluster.settings |= at_once
    if "MaintenanceTrackName" in wanted:
        track = wanted.pop("MaintenanceTrackName")
        same = track == cluster.settings["MaintenanceTrackName"]
        cluster.at_maintenance = {} if same else {"MaintenanceTrackName": track}
    cluster.security_groups = groups
    if group:
        cluster.parameter_group = group
        cluster.unapplied = set(parameters.CATALOGUE)
    if "NewClusterIdentifier" in given:
        wanted["ClusterIdentifier"] = names.identifier(given["NewClusterIdentifier"], "NewClusterIdentifier")
        clock.begin(cluster, "renaming", pending=wanted | pending_password)
    elif RESIZING & wanted.keys():
        clock.begin(cluster, "resizing", pending=wanted | pending_password)
    elif given.keys() - AT_ONCE - {"ClusterIdentifier", "MaintenanceTrackName"}:
        clock.begin(cluster, "modifying", pending=wanted | pending_password)
    return {"Cluster": view.cluster(here, cluster)}


def _checked(here: Region, cluster: Cluster, given: Arguments) -> Settings:
    wanted: Settings = {}
    node_type = str(given.get("NodeType") or cluster.settings["NodeType"])
    if given.keys() & {"NodeType", "NumberOfNodes", "ClusterType"}:
        wanted |= _resize(given)
    checks: dict[str, Callable[[Any], Any]] = {
        "AutomatedSnapshotRetentionPeriod": lambda value: settings.retention(value, node_type),
        "ManualSnapshotRetentionPeriod": settings.manual_retention,
        "PreferredMaintenanceWindow": settings.window,
        "AllowVersionUpgrade": bool,
        "PubliclyAccessible": bool,
        "EnhancedVpcRouting": bool,
        "MaintenanceTrackName": settings.track,
        "AvailabilityZoneRelocation": lambda value: clusters.relocation(value, node_type),
        "MultiAZ": lambda value: clusters.multi_az(value, node_type),
        "Port": lambda value: settings.port(value, node_type),
    }
    wanted |= {name: check(given[name]) for name, check in checks.items() if name in given}
    renamed = given.get("NewClusterIdentifier")
    if renamed in here.clusters:
        raise fault("ClusterAlreadyExistsFault", "Cluster already exists")
    if renamed and cluster.encrypted_by and cluster.snapshot_copy:
        # "you cannot rename your cluster because the cluster name is part of the encryption context"
        raise fault("UnsupportedOperationFault", "Disable the copying of snapshots before the cluster is renamed.")
    return wanted


def _resize(given: Arguments) -> Settings:
    if not {"NodeType", "NumberOfNodes"} <= given.keys():
        raise conflicting("When resizing a cluster, you must specify both the number of nodes and the node type.")
    kind = given.get("ClusterType", "multi-node" if given["NumberOfNodes"] > 1 else "single-node")
    count = settings.nodes(given | {"ClusterType": kind})
    return {"NodeType": given["NodeType"], "NumberOfNodes": count}


def _encryption(call: Call, given: Arguments, cluster: Cluster) -> Settings:
    """https://docs.aws.amazon.com/redshift/latest/mgmt/changing-cluster-encryption.html"""
    if "Encrypted" not in given and "KmsKeyId" not in given:
        return {}
    on = given.get("Encrypted", cluster.settings["Encrypted"])
    if not on and given.get("KmsKeyId"):
        raise conflicting("KmsKeyId cannot be given for a cluster that is not encrypted.")
    key = encryption.usable(call, given["KmsKeyId"]) if given.get("KmsKeyId") else None
    if key is not None:
        encryption.granted(call, key, names.arn("cluster", cluster.account, cluster.region, cluster.identifier))
    if on == cluster.settings["Encrypted"] and (key.arn if key else "") == cluster.encrypted_by:
        return {}
    if cluster.snapshot_copy:
        # "If your cluster is configured to enable cross-AWS Region snapshot copy, you must disable it before"
        raise fault("UnsupportedOperationFault", "Disable the copying of snapshots before the encryption is changed.")
    return {"Encrypted": on, "KmsKeyId": key.arn if key else None, "EncryptionType": "KMS" if on else "None"}


def _security_groups(call: Call, given: Arguments, cluster: Cluster) -> dict[str, str]:
    wanted = given.get("VpcSecurityGroupIds")
    if not wanted:
        return cluster.security_groups
    found = network.security_groups(call.account, call.region, cluster.settings["VpcId"], wanted)
    leaving = {each: "removing" for each in cluster.security_groups if each not in found}
    return {each: cluster.security_groups.get(each, "adding") for each in found} | leaving


def _parameter_group(here: Region, given: Arguments, cluster: Cluster) -> str:
    """Its name, if it is another: a cluster has exactly one. "This change is applied only after" a reboot."""
    wanted = given.get("ClusterParameterGroupName")
    found = parameters.find(here, wanted).name if wanted else cluster.parameter_group
    return found if found != cluster.parameter_group else ""


def _unmanaged(cluster: Cluster, password: Settings) -> Settings:
    if cluster.settings.get(secret.ARN) and not password:
        raise conflicting("MasterUserPassword must be given when ManageMasterPassword is turned off.")
    secret.delete(cluster)
    return {secret.ARN: None, secret.KEY: None}
