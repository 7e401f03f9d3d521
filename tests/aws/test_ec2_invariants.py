"""What a node of ours never lacks, and what is only drift."""

from typing import Any

import pytest

from aws.conftest import Emulator
from aws.ec2_world import card, data, key, plain, profile, run, tagged, tags, times

RULE = "node-is-safeguarded"
SECRETS = (
    "AKIAIOSFODNN7EXAMPLE",
    "-----BEGIN EC PRIVATE KEY-----",
    "kubeadm join --token abcdef.0123456789abcdef",
    "DB_PASSWORD=hunter2",
    '{"apiToken": "x"}',
)


@pytest.fixture
def admin(aws: Emulator) -> Any:
    times(aws, pending=0, shutting_down=0)
    return aws.client("ec2")


@pytest.fixture
def operator(aws: Emulator, admin: Any) -> Any:
    return aws.client("ec2", aws.assume())


@pytest.fixture
def safe(aws: Emulator) -> dict[str, Any]:
    return data(key(aws), profile(aws)) | {"NetworkInterfaces": card()}


def test_a_safe_node(aws: Emulator, operator: Any, safe: dict[str, Any]) -> None:
    made = run(operator, **safe, ClientToken="t")
    operator.create_tags(Resources=[made["InstanceId"]], Tags=[{"Key": "pool", "Value": "etl"}])
    operator.terminate_instances(InstanceIds=[made["InstanceId"]])
    assert aws.violations() == []


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({"Placement": {"Tenancy": "default"}}, "dedicated tenancy"),
        ({"MetadataOptions": {"HttpTokens": "optional", "HttpPutResponseHopLimit": 1}}, "IMDSv2"),
        ({"MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}}, "hop limit 1"),
        ({"NetworkInterfaces": card(AssociatePublicIpAddress=True)}, "no public address"),
        ({"BlockDeviceMappings": []}, "volumes under a customer key"),
        ({"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True}}]}, "customer key"),
        *(({"UserData": each}, "without secrets") for each in SECRETS),
    ],
)
def test_what_a_new_node_must_not_lack(
    aws: Emulator, admin: Any, safe: dict[str, Any], change: dict[str, Any], lacking: str
) -> None:
    """The provisioner's own policy refuses some of these, so another of the operator's names makes them here."""
    widen(aws)
    run(aws.client("ec2", aws.assume()), **safe | change)
    (found,) = aws.control("GET", "/violations")["violations"]
    assert found["rule"] == RULE and lacking in found["detail"]


def widen(aws: Emulator) -> None:
    aws.client("iam").attach_role_policy(RoleName="CloisterProvisioner", PolicyArn=everything(aws))


def everything(aws: Emulator) -> str:
    text = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    made: str = aws.client("iam").create_policy(PolicyName="everything", PolicyDocument=text)["Policy"]["Arn"]
    return made


def test_a_node_that_aws_misplaced_is_not_the_operators_fault(
    aws: Emulator, operator: Any, safe: dict[str, Any]
) -> None:
    aws.control("POST", "/ec2/tenancy", {"tenancy": "default"})
    assert run(operator, **safe)["Placement"]["Tenancy"] == "default"
    assert aws.violations() == []


def test_what_others_do_is_drift(aws: Emulator, admin: Any, operator: Any, safe: dict[str, Any]) -> None:
    made = run(operator, **safe)["InstanceId"]
    admin.modify_instance_metadata_options(InstanceId=made, HttpTokens="optional")
    operator.create_tags(Resources=[made], Tags=[{"Key": "a", "Value": "b"}])
    assert aws.violations() == []
    widen(aws)
    operator.modify_instance_metadata_options(InstanceId=made, HttpPutResponseHopLimit=2)
    assert aws.violations() == [RULE]


def test_a_foreign_instance_is_not_touched(aws: Emulator, admin: Any, operator: Any) -> None:
    foreign = plain(admin)["InstanceId"]
    widen(aws)
    operator.terminate_instances(InstanceIds=[foreign])
    assert aws.violations() == ["foreign-untouched"]


def test_two_tenants_never_share_a_host(aws: Emulator, admin: Any, safe: dict[str, Any]) -> None:
    widen(aws)
    operator = aws.client("ec2", aws.assume())
    hosts = {"InstanceType": "m5.large", "Quantity": 1, "AvailabilityZone": "us-east-1a"}
    (host,) = operator.allocate_hosts(**hosts, TagSpecifications=tagged("dedicated-host"))["HostIds"]
    given = safe | {"Placement": {"Tenancy": "host", "HostId": host}}
    run(operator, **given)
    assert aws.violations() == []
    run(operator, **given | {"TagSpecifications": [{"ResourceType": "instance", "Tags": tags("u2")}]})
    assert aws.violations() == ["host-is-one-tenants"]
