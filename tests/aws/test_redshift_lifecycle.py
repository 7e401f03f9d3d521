"""A cluster's later life: found, paused, without its key, deleted; and credentials for its databases.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_DescribeClusters.html
"""

import time
from typing import Any

import pytest

from aws.conftest import Emulator, refused
from aws.redshift_world import create, finish, seen, slow, status


@pytest.fixture
def redshift(aws: Emulator) -> Any:
    aws.control("POST", "/redshift", {"default": 0})
    return aws.client("redshift")


def test_deletion(aws: Emulator, redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/APIReference/API_DeleteCluster.html"""
    create(redshift)
    name = {"ClusterIdentifier": "cloister-acme"}
    for given in ({}, {"SkipFinalClusterSnapshot": True, "FinalClusterSnapshotIdentifier": "last"}):
        with refused("InvalidParameterCombination"):
            redshift.delete_cluster(**name, **given)
    secret = seen(redshift)["MasterPasswordSecretArn"]
    aws.client("secretsmanager").describe_secret(SecretId=secret)
    slow(aws, "final-snapshot", "deleting")
    answer = redshift.delete_cluster(**name, FinalClusterSnapshotIdentifier="last")["Cluster"]
    assert answer["ClusterStatus"] == "final-snapshot"
    with refused("InvalidClusterState"):
        redshift.delete_cluster(**name, SkipFinalClusterSnapshot=True)
    finish(aws)
    assert status(redshift) == "deleting"
    finish(aws)
    with refused("ClusterNotFound", 404):
        redshift.delete_cluster(**name, SkipFinalClusterSnapshot=True)
    (snapshot,) = redshift.describe_cluster_snapshots(ClusterExists=False)["Snapshots"]
    assert (snapshot["SnapshotIdentifier"], snapshot["SnapshotType"]) == ("last", "manual")
    with refused("ResourceNotFoundException"):
        aws.client("secretsmanager").describe_secret(SecretId=secret)
    create(redshift)
    with refused("ClusterSnapshotAlreadyExists"):
        redshift.delete_cluster(**name, FinalClusterSnapshotIdentifier="last")


def test_clusters_are_found_by_tag_and_in_pages(redshift: Any) -> None:
    """ "all clusters that match any combination of the specified keys and values" """
    for number in range(25):
        create(redshift, ClusterIdentifier=f"c-{number:02}", Tags=[{"Key": f"k{number % 2}", "Value": str(number)}])
    found = redshift.describe_clusters(TagKeys=["k0"], TagValues=["4", "5", "6"])["Clusters"]
    assert [each["ClusterIdentifier"] for each in found] == ["c-04", "c-06"]
    assert len(redshift.describe_clusters(TagValues=["4", "5"])["Clusters"]) == 2
    pages = list(redshift.get_paginator("describe_clusters").paginate(PaginationConfig={"PageSize": 20}))
    assert [len(page["Clusters"]) for page in pages] == [20, 5]
    for given in ({"MaxRecords": 19}, {"MaxRecords": 101}, {"Marker": "?"}):
        with refused("InvalidParameterValue"):
            redshift.describe_clusters(**given)
    with refused("InvalidParameterCombination"):
        redshift.describe_clusters(ClusterIdentifier="c-01", Marker="YQ==")


def test_two_hundred_clusters_are_described_quickly(redshift: Any) -> None:
    for number in range(200):
        create(redshift, ClusterIdentifier=f"c-{number}", ManageMasterPassword=False, MasterUserPassword="Correct-9")
    started = time.perf_counter()
    pages = list(redshift.get_paginator("describe_clusters").paginate())
    assert sum(len(page["Clusters"]) for page in pages) == 200
    assert time.perf_counter() - started < 2, "two calls, client included"


def test_a_cluster_whose_key_was_disabled(aws: Emulator, redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html"""
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    create(redshift, KmsKeyId=key)
    assert seen(redshift)["KmsKeyId"].endswith(key)
    kms.disable_key(KeyId=key)
    found = seen(redshift)
    assert (found["ClusterStatus"], found["ClusterAvailabilityStatus"]) == ("inaccessible-kms-key", "Unavailable")
    with refused("InvalidClusterState"):
        redshift.reboot_cluster(ClusterIdentifier="cloister-acme")
    with refused("InvalidParameterValue"):
        create(redshift, ClusterIdentifier="second", KmsKeyId=key)
    kms.enable_key(KeyId=key)
    assert status(redshift) == "available"


def test_pause_and_resume(redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/APIReference/API_PauseCluster.html"""
    create(redshift)
    redshift.pause_cluster(ClusterIdentifier="cloister-acme")
    assert status(redshift) == "paused"
    with refused("InvalidClusterState"):
        redshift.modify_cluster(ClusterIdentifier="cloister-acme", EnhancedVpcRouting=True)
    redshift.resume_cluster(ClusterIdentifier="cloister-acme")
    assert status(redshift) == "available"
    with refused("InvalidClusterState"):
        redshift.resume_cluster(ClusterIdentifier="cloister-acme")


def test_temporary_credentials(redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html"""
    create(redshift)
    name = {"ClusterIdentifier": "cloister-acme"}
    assert redshift.get_cluster_credentials(**name, DbUser="loader")["DbUser"] == "IAM:loader"
    assert redshift.get_cluster_credentials(**name, DbUser="loader", AutoCreate=True)["DbUser"] == "IAMA:loader"
    answer = redshift.get_cluster_credentials_with_iam(**name, DbName="acme", DurationSeconds=3600)
    assert answer["DbUser"] == "IAMR:admin" and answer["DbPassword"]
    with refused("InvalidParameterValue"):
        redshift.get_cluster_credentials(**name, DbUser="loader", DurationSeconds=899)
    with refused("ClusterNotFound", 404):
        redshift.get_cluster_credentials(ClusterIdentifier="absent", DbUser="loader")
