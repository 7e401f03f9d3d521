"""Changes of a cluster: at once, in a while, at a reboot, in the maintenance window.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_ModifyCluster.html
"""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, document, refused
from aws.redshift_world import SUBNETS, create, finish, seen, slow, status

NAME = {"ClusterIdentifier": "cloister-acme"}
TRUST = document({"Effect": "Allow", "Principal": {"Service": "redshift.amazonaws.com"}, "Action": "sts:AssumeRole"})


@pytest.fixture
def redshift(aws: Emulator) -> Any:
    aws.control("POST", "/redshift", {"default": 0})
    client = aws.client("redshift")
    client.create_cluster_subnet_group(ClusterSubnetGroupName="acme", Description="d", SubnetIds=SUBNETS)
    create(client, ClusterSubnetGroupName="acme", VpcSecurityGroupIds=["sg-0c10157e200000001"])
    return client


def slowly(aws: Emulator, redshift: Any, **change: Any) -> dict[str, Any]:
    """What is shown while a change is under way."""
    slow(aws, "modifying", "resizing", "renaming")
    answer: dict[str, Any] = redshift.modify_cluster(**NAME, **change)["Cluster"]
    return answer


def done(aws: Emulator, redshift: Any) -> dict[str, Any]:
    finish(aws)
    return seen(redshift)


@pytest.mark.parametrize(
    ("change", "before"),
    [
        ({"PubliclyAccessible": True}, False),
        ({"EnhancedVpcRouting": True}, False),
        ({"AutomatedSnapshotRetentionPeriod": 9}, 1),
    ],
)
def test_a_change_is_pending_until_it_is_done(
    aws: Emulator, redshift: Any, change: dict[str, Any], before: Any
) -> None:
    ((name, value),) = change.items()
    under_way = slowly(aws, redshift, **change)
    assert (under_way["ClusterStatus"], under_way["ClusterAvailabilityStatus"]) == ("modifying", "Modifying")
    assert under_way["PendingModifiedValues"] == change and under_way[name] == before
    with refused("InvalidClusterState", 400):
        redshift.modify_cluster(**NAME, **change)
    found = done(aws, redshift)
    assert found[name] == value and found["PendingModifiedValues"] == {}


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"PreferredMaintenanceWindow": "Wed:07:30-Wed:08:00"}, {"PreferredMaintenanceWindow": "wed:07:30-wed:08:00"}),
        ({"AllowVersionUpgrade": False}, {"AllowVersionUpgrade": False}),
        ({"ManualSnapshotRetentionPeriod": 30}, {"ManualSnapshotRetentionPeriod": 30}),
    ],
)
def test_what_is_changed_at_once(redshift: Any, change: dict[str, Any], shown: dict[str, Any]) -> None:
    answer = redshift.modify_cluster(**NAME, **change)["Cluster"]
    assert answer["ClusterStatus"] == "available" and shown.items() <= answer.items()


def test_the_track_waits_for_the_maintenance_window(aws: Emulator, redshift: Any) -> None:
    """ "The new track name stays in the PendingModifiedValues for the cluster until the next maintenance window." """
    redshift.modify_cluster(**NAME, MaintenanceTrackName="trailing")
    redshift.reboot_cluster(**NAME)
    found = done(aws, redshift)
    assert found["PendingModifiedValues"] == {"MaintenanceTrackName": "trailing"}
    assert found["MaintenanceTrackName"] == "current"
    assert aws.control("POST", f"/redshift/maintenance?account={PRODUCTION}") == {"changed": 1}
    assert seen(redshift)["MaintenanceTrackName"] == "trailing" and seen(redshift)["PendingModifiedValues"] == {}


def test_resizing_names_type_and_number(aws: Emulator, redshift: Any) -> None:
    with refused("InvalidParameterCombination"):
        redshift.modify_cluster(**NAME, NumberOfNodes=4)
    under_way = slowly(aws, redshift, NodeType="ra3.xlplus", NumberOfNodes=4)
    assert under_way["ClusterStatus"] == "resizing"
    assert under_way["PendingModifiedValues"] == {"NodeType": "ra3.xlplus", "NumberOfNodes": 4}
    found = done(aws, redshift)
    assert (found["NodeType"], found["NumberOfNodes"], len(found["ClusterNodes"])) == ("ra3.xlplus", 4, 5)


def test_an_elastic_resize_keeps_what_it_does_not_name(aws: Emulator, redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/APIReference/API_ResizeCluster.html"""
    slow(aws, "resizing")
    under_way = redshift.resize_cluster(**NAME, NumberOfNodes=4)["Cluster"]
    assert (under_way["ClusterStatus"], under_way["PendingModifiedValues"]["NumberOfNodes"]) == ("resizing", 4)
    found = done(aws, redshift)
    assert (found["NodeType"], found["NumberOfNodes"]) == ("ra3.large", 4)
    with refused("InvalidParameterValue"):
        redshift.resize_cluster(**NAME, NumberOfNodes=4)
    with refused("NumberOfNodesPerClusterLimitExceeded"):
        redshift.resize_cluster(**NAME, NumberOfNodes=17)


def test_encryption_is_changed_by_migration(aws: Emulator, redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/mgmt/changing-cluster-encryption.html"""
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    under_way = slowly(aws, redshift, Encrypted=True, KmsKeyId=key)
    assert under_way["ClusterStatus"] == "resizing"
    assert under_way["PendingModifiedValues"] == {"EncryptionType": "KMS"} and "KmsKeyId" not in under_way
    assert done(aws, redshift)["KmsKeyId"] == key
    redshift.enable_snapshot_copy(**NAME, DestinationRegion="us-west-2")
    with refused("UnsupportedOperation"):
        redshift.modify_cluster(**NAME, Encrypted=False)
    with refused("UnsupportedOperation"):
        redshift.modify_cluster(**NAME, NewClusterIdentifier="renamed")
    redshift.disable_snapshot_copy(**NAME)
    redshift.modify_cluster(**NAME, Encrypted=False)
    found = done(aws, redshift)
    assert found["Encrypted"] is False and "KmsKeyId" not in found


def test_security_groups_are_exchanged(aws: Emulator, redshift: Any) -> None:
    vpc = "vpc-0c10157e200000001"
    other = aws.client("ec2").create_security_group(GroupName="other", Description="d", VpcId=vpc)["GroupId"]
    under_way = slowly(aws, redshift, VpcSecurityGroupIds=[other])
    assert under_way["VpcSecurityGroups"] == [
        {"VpcSecurityGroupId": other, "Status": "adding"},
        {"VpcSecurityGroupId": "sg-0c10157e200000001", "Status": "removing"},
    ]
    assert done(aws, redshift)["VpcSecurityGroups"] == [{"VpcSecurityGroupId": other, "Status": "active"}]


def test_roles_are_attached_and_detached(aws: Emulator, redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/APIReference/API_ClusterIamRole.html"""
    iam = aws.client("iam")
    one, two = (iam.create_role(RoleName=n, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"] for n in ("one", "two"))
    slow(aws, "modifying")
    answer = redshift.modify_cluster_iam_roles(**NAME, AddIamRoles=[one], DefaultIamRoleArn=one)["Cluster"]
    assert answer["IamRoles"] == [{"IamRoleArn": one, "ApplyStatus": "adding"}]
    found = done(aws, redshift)
    assert found["IamRoles"] == [{"IamRoleArn": one, "ApplyStatus": "in-sync"}] and found["DefaultIamRoleArn"] == one
    answer = redshift.modify_cluster_iam_roles(**NAME, AddIamRoles=[two], RemoveIamRoles=[one])["Cluster"]
    assert {each["IamRoleArn"]: each["ApplyStatus"] for each in answer["IamRoles"]} == {one: "removing", two: "adding"}
    found = done(aws, redshift)
    assert found["IamRoles"] == [{"IamRoleArn": two, "ApplyStatus": "in-sync"}] and "DefaultIamRoleArn" not in found


def test_the_password_is_never_told(aws: Emulator, redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/mgmt/redshift-secrets-manager-integration.html"""
    managed = seen(redshift)["MasterPasswordSecretArn"]
    with refused("InvalidParameterCombination"):
        redshift.modify_cluster(**NAME, ManageMasterPassword=False)
    under_way = slowly(aws, redshift, ManageMasterPassword=False, MasterUserPassword="Correct-Horse-9")
    assert under_way["PendingModifiedValues"] == {"MasterUserPassword": "****"}
    assert "MasterPasswordSecretArn" not in done(aws, redshift)
    redshift.modify_cluster(**NAME, ManageMasterPassword=True)
    again = done(aws, redshift)["MasterPasswordSecretArn"]
    assert again != managed
    assert aws.client("secretsmanager").describe_secret(SecretId=again)["ARN"] == again


def test_a_cluster_is_renamed(aws: Emulator, redshift: Any) -> None:
    under_way = slowly(aws, redshift, NewClusterIdentifier="renamed")
    assert under_way["ClusterStatus"] == "renaming"
    assert under_way["PendingModifiedValues"] == {"ClusterIdentifier": "renamed"}
    assert status(redshift) == "renaming"
    finish(aws)
    found = seen(redshift, "renamed")
    assert found["ClusterStatus"] == "available" and found["Endpoint"]["Address"].startswith("renamed.")
    with refused("ClusterNotFound"):
        seen(redshift)


def test_two_zones_come_alone(aws: Emulator, redshift: Any) -> None:
    with refused("InvalidParameterCombination", says="AutoFailover"):
        redshift.modify_cluster(**NAME, MultiAZ=True, EnhancedVpcRouting=True)
    redshift.modify_cluster(**NAME, MultiAZ=True)
    assert done(aws, redshift)["MultiAZ"] == "Enabled"


def test_maintenance_is_put_off(redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/APIReference/API_ModifyClusterMaintenance.html"""
    redshift.modify_cluster_maintenance(**NAME, DeferMaintenance=True, DeferMaintenanceDuration=14)
    (window,) = seen(redshift)["DeferredMaintenanceWindows"]
    assert (window["DeferMaintenanceEndTime"] - window["DeferMaintenanceStartTime"]).days == 14
    with refused("InvalidParameterValue"):
        redshift.modify_cluster_maintenance(**NAME, DeferMaintenance=True, DeferMaintenanceDuration=61)
    redshift.modify_cluster_maintenance(**NAME, DeferMaintenance=False)
    assert seen(redshift)["DeferredMaintenanceWindows"] == []
