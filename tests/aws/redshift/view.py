"""A cluster as the API shows it. https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html"""

import hashlib
import time
from typing import Any

from aws.redshift import encryption, parameters, settings
from aws.redshift.names import arn
from aws.redshift.pages import tag_list
from aws.redshift.records import Cluster, Region

READ_BACK = (
    "NodeType", "NumberOfNodes", "DBName", "AutomatedSnapshotRetentionPeriod", "ManualSnapshotRetentionPeriod",
    "PreferredMaintenanceWindow", "AllowVersionUpgrade", "PubliclyAccessible", "Encrypted", "KmsKeyId",
    "EnhancedVpcRouting", "MaintenanceTrackName", "ClusterSubnetGroupName", "VpcId", "AvailabilityZone",
    "DefaultIamRoleArn", "MasterPasswordSecretArn", "MasterPasswordSecretKmsKeyId", "IpAddressType",
)  # fmt: skip
AVAILABILITY = {
    "available": "Available", "creating": "Modifying", "modifying": "Modifying", "resizing": "Modifying",
    "renaming": "Modifying", "final-snapshot": "Modifying", "deleting": "Modifying",
}  # fmt: skip
PENDING = {
    "NodeType", "NumberOfNodes", "ClusterType", "AutomatedSnapshotRetentionPeriod", "ClusterIdentifier",
    "PubliclyAccessible", "EnhancedVpcRouting", "MaintenanceTrackName", "EncryptionType",
}  # fmt: skip


def status(cluster: Cluster) -> str:
    if cluster.status == "available" and encryption.inaccessible(cluster):
        return "inaccessible-kms-key"
    return cluster.status


def cluster(here: Region, found: Cluster) -> dict[str, Any]:
    state = status(found)
    group = parameters.find(here, found.parameter_group)
    view: dict[str, Any] = {
        "ClusterIdentifier": found.identifier,
        "ClusterStatus": state,
        "ClusterAvailabilityStatus": AVAILABILITY.get(state, "Unavailable"),
        "MasterUsername": found.username,
        "ClusterCreateTime": found.created,
        "ClusterSecurityGroups": [],
        "VpcSecurityGroups": [
            {"VpcSecurityGroupId": each, "Status": state} for each, state in found.security_groups.items()
        ],
        "ClusterParameterGroups": [parameters.status(found, group, time.monotonic())],
        "PendingModifiedValues": pending(found),
        "ClusterVersion": "1.0",
        "ClusterRevisionNumber": "123456",
        "Tags": tag_list(found.tags),
        "IamRoles": [{"IamRoleArn": role, "ApplyStatus": state} for role, state in found.roles.items()],
        "DeferredMaintenanceWindows": [found.deferred] if found.deferred else [],
        "ClusterNamespaceArn": arn("namespace", found.account, found.region, found.namespace),
        "ClusterSnapshotCopyStatus": found.snapshot_copy or None,
        "AvailabilityZoneRelocationStatus": _switch(found.settings["AvailabilityZoneRelocation"]).lower(),
        "MultiAZ": _switch(found.settings["MultiAZ"]),
        "NextMaintenanceWindowStartTime": settings.next_window(found.settings["PreferredMaintenanceWindow"]),
    }
    if found.started:  # before that there is nothing to connect to
        view["Endpoint"] = {"Address": address(found), "Port": found.settings["Port"]}
        view["ClusterNodes"] = _nodes(found)
    if found.restored:
        view["RestoreStatus"] = {"Status": "completed" if found.started else "starting"}
    return view | {name: found.settings[name] for name in READ_BACK if name in found.settings}


def pending(found: Cluster) -> dict[str, Any]:
    waiting = found.at_maintenance | found.pending
    shown = {name: value for name, value in waiting.items() if name in PENDING}
    return shown | ({"MasterUserPassword": "****"} if "MasterUserPassword" in waiting else {})


def address(found: Cluster) -> str:
    """One label per account and region, as AWS has it."""
    label = hashlib.sha256(f"{found.account}/{found.region}".encode()).hexdigest()[:12]
    return f"{found.identifier}.c{label}.{found.region}.redshift.amazonaws.com"


def _nodes(found: Cluster) -> list[dict[str, str]]:
    count = found.settings["NumberOfNodes"]
    roles = ["SHARED"] if count == 1 else ["LEADER", *(f"COMPUTE-{number}" for number in range(count))]
    return [{"NodeRole": role, "PrivateIPAddress": f"10.0.0.{10 + at}"} for at, role in enumerate(roles)]


def _switch(on: bool) -> str:
    return "Enabled" if on else "Disabled"
