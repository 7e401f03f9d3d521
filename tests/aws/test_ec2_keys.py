"""Volumes under a customer's key: EC2 takes the launch, and the instance does not come up.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html#troubleshooting-launch-internal
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
"""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, allow, deny, document, trusting
from aws.ec2_world import key, plain, seen, state, times

ROOT = f"arn:aws:iam::{PRODUCTION}:root"
EVERYTHING = allow("kms:*", Principal={"AWS": ROOT})
ABSENT = f"arn:aws:kms:us-east-1:{PRODUCTION}:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture
def ec2(aws: Emulator) -> Any:
    times(aws, pending=0, shutting_down=0)
    return aws.client("ec2")


def under(key_arn: str) -> dict[str, Any]:
    volume = {"VolumeSize": 8, "Encrypted": True, "KmsKeyId": key_arn}
    return {"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": volume}]}


def refused_key(client: Any, found: dict[str, Any]) -> None:
    ended = seen(client, found["InstanceId"])
    assert ended["State"]["Name"] == "terminated"
    code = "Client.InternalError"
    assert ended["StateReason"] == {"Code": code, "Message": f"{code}: Client error on launch"}


def test_a_key_that_can_be_used(aws: Emulator, ec2: Any) -> None:
    made = plain(ec2, **under(key(aws)))
    assert made["State"]["Name"] == "pending" and state(ec2, made["InstanceId"]) == "running"


def test_a_refused_instance_is_pending_first(aws: Emulator, ec2: Any) -> None:
    times(aws, pending=3600)
    identifier = plain(ec2, **under(ABSENT))["InstanceId"]
    assert state(ec2, identifier) == "pending"
    aws.control("POST", "/ec2/finish")
    assert state(ec2, identifier) == "terminated"
    assert ec2.describe_volumes()["Volumes"] == []


@pytest.mark.parametrize("trouble", ["disabled", "pending deletion", "absent", "of another region"])
def test_a_key_that_cannot_be_used(aws: Emulator, ec2: Any, trouble: str) -> None:
    kms = aws.client("kms")
    arn = key(aws)
    if trouble == "disabled":
        kms.disable_key(KeyId=arn)
    elif trouble == "pending deletion":
        kms.schedule_key_deletion(KeyId=arn)
    elif trouble == "absent":
        arn = ABSENT
    else:
        arn = aws.client("kms", region="us-west-2").create_key()["KeyMetadata"]["Arn"]
    refused_key(ec2, plain(ec2, **under(arn)))


@pytest.mark.parametrize(
    "lacking",
    ["CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"],
)
def test_the_caller_needs_the_key_through_ec2(aws: Emulator, ec2: Any, lacking: str) -> None:
    via = {"StringEquals": {"kms:ViaService": "ec2.us-east-1.amazonaws.com"}}
    missing = deny(f"kms:{lacking}", Principal={"AWS": "*"}, Condition=via)
    refused_key(ec2, plain(ec2, **under(key(aws, Policy=document(EVERYTHING, missing)))))
    elsewhere = missing | {"Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}}
    made = plain(ec2, **under(key(aws, Policy=document(EVERYTHING, elsewhere))))
    assert state(ec2, made["InstanceId"]) == "running"


def test_grants_may_be_for_resources_of_aws_only(aws: Emulator, ec2: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-grant-is-for-aws-resource"""
    iam = aws.client("iam")
    iam.create_role(RoleName="launcher", AssumeRolePolicyDocument=trusting(ROOT))
    uses = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"]
    arn = key(aws, Policy=document(EVERYTHING))
    client = aws.client("ec2", aws.credentials(role="launcher"))

    def launched(condition: dict[str, Any]) -> str:
        grants = allow("kms:CreateGrant", arn, Condition=condition)
        text = document(allow("ec2:*"), allow(uses, arn), grants)
        iam.put_role_policy(RoleName="launcher", PolicyName="p", PolicyDocument=text)
        return state(client, plain(client, **under(arn))["InstanceId"])

    assert launched({"Bool": {"kms:GrantIsForAWSResource": "true"}}) == "running"
    assert launched({"Bool": {"kms:GrantIsForAWSResource": "false"}}) == "terminated"
