"""Clusters as they are made.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html
https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html
"""

from typing import Any
from urllib.error import HTTPError

import pytest

from aws.conftest import PRODUCTION, Call, Emulator, document, refused
from aws.redshift_world import GIVEN, SUBNETS, create, finish, seen, slow, status, tags

ACCOUNT_ARN = f"arn:aws:redshift:us-east-1:{PRODUCTION}"
TRUST = document({"Effect": "Allow", "Principal": {"Service": "redshift.amazonaws.com"}, "Action": "sts:AssumeRole"})


@pytest.fixture
def redshift(aws: Emulator) -> Any:
    aws.control("POST", "/redshift", {"default": 0})
    return aws.client("redshift")


def test_a_cluster_reads_back_as_made(aws: Emulator, redshift: Any) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    role = aws.client("iam").create_role(RoleName="cloister-copy", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    redshift.create_cluster_subnet_group(ClusterSubnetGroupName="Acme", Description="d", SubnetIds=SUBNETS)
    redshift.create_cluster_parameter_group(
        ParameterGroupName="acme", ParameterGroupFamily="redshift-2.0", Description="d"
    )
    set_back = {
        "NodeType": "ra3.xlplus",
        "NumberOfNodes": 2,
        "AutomatedSnapshotRetentionPeriod": 14,
        "ManualSnapshotRetentionPeriod": 90,
        "AllowVersionUpgrade": True,
        "EnhancedVpcRouting": True,
        "MaintenanceTrackName": "trailing",
        "KmsKeyId": key,
        "PubliclyAccessible": False,
        "DBName": "acme",
        "MasterUsername": "acme_admin",
        "Tags": tags("u1"),
        "DefaultIamRoleArn": role,
    }
    create(
        redshift,
        **set_back,
        PreferredMaintenanceWindow="Sun:03:00-Sun:04:00",
        ClusterParameterGroupName="acme",
        ClusterSubnetGroupName="acme",
        VpcSecurityGroupIds=["sg-0c10157e200000001"],
        IamRoles=[role],
        Port=5440,
        AvailabilityZoneRelocation=True,
        MasterPasswordSecretKmsKeyId=key,
    )
    found = seen(redshift)
    assert {name: found[name] for name in set_back} == set_back
    assert found["PreferredMaintenanceWindow"] == "sun:03:00-sun:04:00"
    assert found["ClusterSubnetGroupName"] == "acme" and found["VpcId"] == "vpc-0c10157e200000001"
    assert found["VpcSecurityGroups"] == [{"VpcSecurityGroupId": "sg-0c10157e200000001", "Status": "active"}]
    assert found["IamRoles"] == [{"IamRoleArn": role, "ApplyStatus": "in-sync"}]
    assert (found["AvailabilityZoneRelocationStatus"], found["MultiAZ"]) == ("enabled", "Disabled")
    assert found["ClusterNamespaceArn"].startswith(f"{ACCOUNT_ARN}:namespace:")
    assert found["Endpoint"]["Address"].startswith("cloister-acme.") and found["Endpoint"]["Port"] == 5440
    assert found["MasterPasswordSecretArn"].startswith(
        f"arn:aws:secretsmanager:us-east-1:{PRODUCTION}:secret:redshift!"
    )
    assert found["MasterPasswordSecretKmsKeyId"] == key
    assert found["NextMaintenanceWindowStartTime"] > found["ClusterCreateTime"]
    assert len(found["ClusterNodes"]) == 3 and found["PendingModifiedValues"] == {}


def test_defaults_since_2025(redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/mgmt/behavior-changes.html"""
    given = {"ClusterIdentifier": "plain", "NodeType": "ra3.large", "MasterUsername": "someone"}
    redshift.create_cluster(**given, MasterUserPassword="Correct-Horse-9")
    found = seen(redshift, "plain")
    assert (found["Encrypted"], found["PubliclyAccessible"], found["EnhancedVpcRouting"]) == (True, False, False)
    assert "KmsKeyId" not in found, "a key of AWS's own"
    assert found["ClusterParameterGroups"] == [
        {"ParameterGroupName": "default.redshift-2.0", "ParameterApplyStatus": "in-sync"}
    ]
    assert (found["DBName"], found["NumberOfNodes"], found["Endpoint"]["Port"]) == ("dev", 1, 5439)
    assert (found["AutomatedSnapshotRetentionPeriod"], found["ManualSnapshotRetentionPeriod"]) == (1, -1)
    assert found["AllowVersionUpgrade"] is True and found["MaintenanceTrackName"] == "current"
    assert "MasterPasswordSecretArn" not in found
    assert len(found["PreferredMaintenanceWindow"]) == len("wed:07:30-wed:08:00")


def test_creation_takes_its_time(aws: Emulator, redshift: Any) -> None:
    slow(aws, "creating")
    made = create(redshift)
    assert (made["ClusterStatus"], made["ClusterAvailabilityStatus"]) == ("creating", "Modifying")
    assert "Endpoint" not in made
    calls: list[Call] = [
        lambda: redshift.modify_cluster(ClusterIdentifier="cloister-acme", PubliclyAccessible=True),
        lambda: redshift.reboot_cluster(ClusterIdentifier="cloister-acme"),
        lambda: redshift.pause_cluster(ClusterIdentifier="cloister-acme"),
        lambda: redshift.delete_cluster(ClusterIdentifier="cloister-acme", SkipFinalClusterSnapshot=True),
        lambda: redshift.enable_logging(ClusterIdentifier="cloister-acme", LogDestinationType="cloudwatch"),
        lambda: redshift.modify_cluster_iam_roles(ClusterIdentifier="cloister-acme"),
        lambda: redshift.create_tags(ResourceName=f"{ACCOUNT_ARN}:cluster:cloister-acme", Tags=tags("u2")),
    ]
    for call in calls:
        with refused("InvalidClusterState", 400):
            call()
    assert status(redshift) == "creating"
    finish(aws)
    found = seen(redshift)
    assert (found["ClusterStatus"], found["ClusterAvailabilityStatus"]) == ("available", "Available")
    assert "Endpoint" in found


def test_the_identifier_is_the_idempotency_token(redshift: Any) -> None:
    create(redshift)
    with refused("ClusterAlreadyExists", 400):
        create(redshift)
    with refused("ClusterNotFound", 404):
        seen(redshift, "absent")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ClusterIdentifier": "Acme"}, "InvalidParameterValue"),
        ({"ClusterIdentifier": "a--b"}, "InvalidParameterValue"),
        ({"NodeType": "ra3.huge"}, "InvalidParameterValue"),
        ({"NodeType": "ra3.4xlarge"}, "InvalidParameterCombination"),
        ({"ClusterType": "multi-node"}, "InvalidParameterCombination"),
        ({"ClusterType": "single-node", "NumberOfNodes": 2}, "InvalidParameterCombination"),
        ({"NumberOfNodes": 17}, "NumberOfNodesPerClusterLimitExceeded"),
        ({"MasterUsername": "Admin"}, "InvalidParameterValue"),
        ({"MasterUsername": "user"}, "InvalidParameterValue"),
        ({"MasterUserPassword": "Correct-Horse-9"}, "InvalidParameterCombination"),
        ({"ManageMasterPassword": False}, "InvalidParameterCombination"),
        ({"ManageMasterPassword": False, "MasterUserPassword": "simple"}, "InvalidParameterValue"),
        ({"MasterUsername": ""}, "MissingParameter"),
        ({"AutomatedSnapshotRetentionPeriod": 0}, "InvalidRetentionPeriodFault"),
        ({"AutomatedSnapshotRetentionPeriod": 36}, "InvalidRetentionPeriodFault"),
        ({"ManualSnapshotRetentionPeriod": 0}, "InvalidRetentionPeriodFault"),
        ({"PreferredMaintenanceWindow": "sun:03:00-sun:03:29"}, "InvalidParameterValue"),
        ({"PreferredMaintenanceWindow": "3am"}, "InvalidParameterValue"),
        ({"MaintenanceTrackName": "fast"}, "InvalidClusterTrack"),
        ({"Port": 5000}, "InvalidParameterValue"),
        ({"Encrypted": False}, "InvalidParameterValue"),
        ({"KmsKeyId": "absent"}, "InvalidParameterValue"),
        ({"ClusterParameterGroupName": "absent"}, "ClusterParameterGroupNotFound"),
        ({"ClusterSubnetGroupName": "absent"}, "ClusterSubnetGroupNotFoundFault"),
        ({"VpcSecurityGroupIds": ["sg-1"]}, "InvalidParameterValue"),
        ({"IamRoles": [f"arn:aws:iam::{PRODUCTION}:role/absent"]}, "InvalidParameterValue"),
        ({"Tags": [{"Key": "aws:mine", "Value": "x"}]}, "InvalidTagFault"),
        ({"Tags": [{"Key": str(n), "Value": "x"} for n in range(51)]}, "TagLimitExceededFault"),
        ({"ElasticIp": "1.2.3.4"}, "NotImplemented"),
    ],
)
def test_what_is_refused(redshift: Any, given: dict[str, Any], code: str) -> None:
    with refused(code):
        redshift.create_cluster(**GIVEN | given)
    assert redshift.describe_clusters()["Clusters"] == []


def test_the_key_must_be_of_the_region(aws: Emulator, redshift: Any) -> None:
    there = aws.client("kms", region="us-west-2").create_key()["KeyMetadata"]["Arn"]
    with refused("InvalidParameterValue"):
        create(redshift, KmsKeyId=there)


def test_an_unknown_status_has_no_duration(aws: Emulator) -> None:
    with pytest.raises(HTTPError, match="400"):
        aws.control("POST", "/redshift", {"dawdling": 1})
    assert aws.control("POST", "/redshift", {})["creating"] == 1.0
