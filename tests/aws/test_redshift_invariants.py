"""What a warehouse of ours never lacks, and what is only drift."""

from typing import Any

import pytest

from aws.conftest import Emulator
from aws.redshift_world import create, seen, tags

NAME = {"ClusterIdentifier": "cloister-acme"}
RULE = "warehouse-is-safeguarded"


def key_of(aws: Emulator, owner: str) -> str:
    given = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags(owner)]
    made: str = aws.client("kms").create_key(Tags=given)["KeyMetadata"]["Arn"]
    return made


@pytest.fixture
def operator(aws: Emulator) -> Any:
    aws.control("POST", "/redshift", {"default": 0})
    client = aws.client("redshift", aws.assume())
    client.create_cluster_parameter_group(
        ParameterGroupName="cloister-acme", ParameterGroupFamily="redshift-2.0", Description="d", Tags=tags("u1")
    )
    return client


def safe(aws: Emulator) -> dict[str, Any]:
    return {
        "ClusterParameterGroupName": "cloister-acme",
        "DBName": "acme",
        "EnhancedVpcRouting": True,
        "KmsKeyId": key_of(aws, "u1"),
        "Tags": tags("u1"),
    }


def test_a_safe_cluster(aws: Emulator, operator: Any) -> None:
    create(operator, **safe(aws))
    operator.modify_cluster(**NAME, AutomatedSnapshotRetentionPeriod=14)
    assert aws.violations() == []


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({"PubliclyAccessible": True}, "no public access"),
        ({"EnhancedVpcRouting": False}, "enhanced VPC routing"),
        ({"KmsKeyId": ""}, "the owner's key"),
        ({"MasterUsername": "awsuser"}, "names other than the defaults"),
        ({"DBName": "dev"}, "names other than the defaults"),
        ({"ClusterParameterGroupName": "default.redshift-2.0"}, "a parameter group of its own"),
        ({"ClusterParameterGroupName": "default.redshift-1.0"}, "TLS, a parameter group of its own"),
        ({"Tags": tags("u2")}, "the owner's key"),
    ],
)
def test_what_a_new_cluster_must_not_lack(aws: Emulator, operator: Any, change: dict[str, Any], lacking: str) -> None:
    create(operator, **safe(aws) | change)
    assert aws.violations() == [RULE]
    assert aws.control("GET", "/violations")["violations"][0]["detail"] == f"created while lacking: {lacking}"


def test_what_others_break_is_drift_and_the_operator_makes_nothing_worse(aws: Emulator, operator: Any) -> None:
    create(operator, **safe(aws))
    seen(operator)
    aws.client("redshift").modify_cluster(**NAME, PubliclyAccessible=True)
    seen(operator)
    operator.modify_cluster(**NAME, AutomatedSnapshotRetentionPeriod=14)
    operator.modify_cluster(**NAME, PubliclyAccessible=False)
    assert aws.violations() == []
    operator.modify_cluster(**NAME, EnhancedVpcRouting=False)
    operator.modify_cluster(**NAME, Encrypted=False)
    assert aws.violations() == [RULE, RULE]


def test_what_is_not_ours_is_left_alone(aws: Emulator, operator: Any) -> None:
    aws.client("iam").put_role_policy(
        RoleName="CloisterProvisioner",
        PolicyName="careless",
        PolicyDocument='{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}',
    )
    create(aws.client("redshift"))
    operator.reboot_cluster(**NAME)
    assert aws.violations() == ["foreign-untouched"]
