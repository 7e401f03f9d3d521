"""The provisioner's policy: warehouses of ours, and nobody else's."""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Call, Emulator, refused, trusting
from aws.redshift_world import SUBNETS, create, tags

ROOT = f"arn:aws:iam::{PRODUCTION}:root"
KEY_TAGS = [{"TagKey": "cloister.dev/managed-by", "TagValue": "cloister"}]
NAME = {"ClusterIdentifier": "cloister-acme"}
PASSWORD = {"ManageMasterPassword": False, "MasterUserPassword": "Correct-Horse-9"}


@pytest.fixture
def admin(aws: Emulator) -> Any:
    aws.control("POST", "/redshift", {"default": 0})
    return aws.client("redshift")


@pytest.fixture
def provisioner(aws: Emulator, admin: Any) -> Any:
    return aws.client("redshift", aws.assume())


def ours(aws: Emulator, region: str = "us-east-1", **more: Any) -> str:
    key: str = aws.client("kms", region=region).create_key(Tags=KEY_TAGS, **more)["KeyMetadata"]["Arn"]
    return key


def test_the_provisioner_manages_warehouses_of_ours(aws: Emulator, provisioner: Any) -> None:
    key, there = ours(aws), ours(aws, "us-west-2")
    iam = aws.client("iam")
    role = iam.create_role(RoleName="cloister-copy", AssumeRolePolicyDocument=trusting(ROOT))["Role"]["Arn"]
    recovery = aws.client("redshift", aws.assume(), region="us-west-2")
    group = {"ParameterGroupName": "cloister-acme"}
    provisioner.create_cluster_parameter_group(
        **group, ParameterGroupFamily="redshift-2.0", Description="d", Tags=tags("u1")
    )
    parameter = [{"ParameterName": "enable_user_activity_logging", "ParameterValue": "true"}]
    provisioner.modify_cluster_parameter_group(**group, Parameters=parameter)
    provisioner.describe_cluster_parameters(**group)
    provisioner.create_cluster_subnet_group(
        ClusterSubnetGroupName="cloister-acme", Description="d", SubnetIds=SUBNETS, Tags=tags("u1")
    )
    recovery.create_snapshot_copy_grant(SnapshotCopyGrantName="cloister-acme", KmsKeyId=there, Tags=tags("u1"))
    create(
        provisioner,
        KmsKeyId=key,
        Tags=tags("u1"),
        ClusterParameterGroupName="cloister-acme",
        ClusterSubnetGroupName="cloister-acme",
        IamRoles=[role],
    )
    provisioner.enable_logging(**NAME, LogDestinationType="cloudwatch", LogExports=["userlog"])
    provisioner.describe_logging_status(**NAME)
    provisioner.enable_snapshot_copy(**NAME, DestinationRegion="us-west-2", SnapshotCopyGrantName="cloister-acme")
    provisioner.modify_cluster(**NAME, EnhancedVpcRouting=True)
    provisioner.describe_clusters(TagKeys=["cloister.dev/owner-uid"])
    provisioner.reboot_cluster(**NAME)
    provisioner.delete_cluster(**NAME, FinalClusterSnapshotIdentifier="cloister-acme-final")
    assert provisioner.describe_clusters()["Clusters"] == []


def test_the_provisioner_manages_no_others(aws: Emulator, admin: Any, provisioner: Any) -> None:
    create(admin, **PASSWORD)
    create(admin, ClusterIdentifier="finance", Tags=tags("u1"), **PASSWORD)
    foreign_key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    aws.client("iam").create_role(RoleName="powerful", AssumeRolePolicyDocument=trusting(ROOT))
    new: dict[str, Any] = {"ClusterIdentifier": "cloister-new", "Tags": tags("u1")}
    roles = [f"arn:aws:iam::{PRODUCTION}:role/powerful"]
    calls: list[tuple[str, Call]] = [
        ("RebootCluster", lambda: provisioner.reboot_cluster(**NAME)),  # its name is ours, its tags are not
        ("RebootCluster", lambda: provisioner.reboot_cluster(ClusterIdentifier="finance")),
        ("CreateCluster", lambda: create(provisioner, **new | {"Tags": []})),
        ("kms:CreateGrant", lambda: create(provisioner, **new, KmsKeyId=foreign_key)),
        ("iam:PassRole", lambda: create(provisioner, **new, IamRoles=roles)),
        ("GetClusterCredentials", lambda: provisioner.get_cluster_credentials(**NAME, DbUser="acme_admin")),
        ("DeleteClusterSnapshot", lambda: provisioner.delete_cluster_snapshot(SnapshotIdentifier="x")),
    ]
    for says, call in calls:
        with refused("AccessDenied", 403, says):
            call()
    key = ours(aws)
    with refused("AccessDeniedException"):
        aws.client("kms", aws.assume()).encrypt(KeyId=key, Plaintext=b"x")
