"""What the operator's principals may and may not do, over the wire."""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, allow, deny, document, refused, trusting

ROOT = f"arn:aws:iam::{PRODUCTION}:root"
OURS = {"Key": "cloister.dev/managed-by", "Value": "cloister"}
KEY_TAG = {"TagKey": OURS["Key"], "TagValue": OURS["Value"]}
POLICIES = f"arn:aws:iam::{PRODUCTION}:policy/cloister/"


@pytest.fixture
def provisioner(aws: Emulator) -> dict[str, str]:
    return aws.assume()


def test_the_operator_itself_may_only_become_a_provisioner(aws: Emulator) -> None:
    for service, operation in (
        ("s3", "list_buckets"),
        ("iam", "list_roles"),
        ("kms", "list_keys"),
        ("sqs", "list_queues"),
    ):
        with refused("AccessDeniedException" if service == "kms" else "AccessDenied"):
            getattr(aws.client(service, aws.operator), operation)()


def test_the_provisioner_makes_all_that_a_tenant_needs(aws: Emulator, provisioner: dict[str, str]) -> None:
    iam, kms, s3, sqs = (aws.client(service, provisioner) for service in ("iam", "kms", "s3", "sqs"))
    key = kms.create_key(Tags=[KEY_TAG])["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/cloister/acme", TargetKeyId=key)
    kms.enable_key_rotation(KeyId=key)
    boundary = iam.create_policy(
        PolicyName="acme-boundary", Path="/cloister/", PolicyDocument=document(allow("s3:*")), Tags=[OURS]
    )["Policy"]["Arn"]
    iam.create_role(
        RoleName="acme-etl",
        Path="/cloister/",
        AssumeRolePolicyDocument=trusting(ROOT),
        PermissionsBoundary=boundary,
        Tags=[OURS],
    )
    iam.attach_role_policy(RoleName="acme-etl", PolicyArn=boundary)
    s3.create_bucket(Bucket="acme-landing", CreateBucketConfiguration={"Tags": [OURS]}, ObjectLockEnabledForBucket=True)
    s3.put_bucket_policy(
        Bucket="acme-landing", Policy=document(deny("s3:*Object*", "arn:aws:s3:::acme-landing/*", Principal="*"))
    )
    sqs.create_queue(QueueName="acme-arrivals", Attributes={"KmsMasterKeyId": key}, tags={OURS["Key"]: OURS["Value"]})
    aws.client("resourcegroupstaggingapi", provisioner).get_resources()
    aws.client("ec2", provisioner).describe_vpcs()
    assert aws.violations() == []


def test_the_provisioner_uses_no_key_and_reads_no_object(aws: Emulator, provisioner: dict[str, str]) -> None:
    aws.client("s3").create_bucket(Bucket="acme-landing")
    aws.client("s3").put_object(Bucket="acme-landing", Key="k", Body=b"phi")
    key = aws.client("kms").create_key(Tags=[KEY_TAG])["KeyMetadata"]["KeyId"]
    s3, kms = aws.client("s3", provisioner), aws.client("kms", provisioner)
    with refused("AccessDenied", 403):
        s3.get_object(Bucket="acme-landing", Key="k")
    with refused("AccessDenied", 403):
        s3.put_object(Bucket="acme-landing", Key="k", Body=b"")
    with refused("AccessDeniedException"):
        kms.decrypt(CiphertextBlob=aws.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"])
    with refused("AccessDeniedException"):
        kms.disable_key(KeyId=key)


def test_the_provisioner_leaves_untagged_keys_and_queues_alone(aws: Emulator, provisioner: dict[str, str]) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    url = aws.client("sqs").create_queue(QueueName="foreign")["QueueUrl"]
    kms, sqs = aws.client("kms", provisioner), aws.client("sqs", provisioner)
    with refused("AccessDeniedException"):
        kms.schedule_key_deletion(KeyId=key)
    with refused("AccessDenied"):
        sqs.delete_queue(QueueUrl=url)
    with refused("AccessDeniedException"):
        kms.create_key()  # without our tag
    kms.tag_resource(KeyId=key, Tags=[KEY_TAG])  # adoption
    kms.schedule_key_deletion(KeyId=key)


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("create_role", {"RoleName": "cloister-x", "AssumeRolePolicyDocument": trusting(ROOT)}),
        (
            "create_role",
            {
                "RoleName": "cloister-x",
                "AssumeRolePolicyDocument": trusting(ROOT),
                "PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess",
            },
        ),
        (
            "create_role",
            {
                "RoleName": "elsewhere",
                "AssumeRolePolicyDocument": trusting(ROOT),
                "PermissionsBoundary": POLICIES + "b",
            },
        ),
        ("put_role_policy", {"RoleName": "cloister-r", "PolicyName": "p", "PolicyDocument": document(allow("*"))}),
        ("attach_role_policy", {"RoleName": "cloister-r", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ("delete_role_permissions_boundary", {"RoleName": "cloister-r"}),
        ("attach_role_policy", {"RoleName": "CloisterProvisioner", "PolicyArn": POLICIES + "b"}),
        ("update_assume_role_policy", {"RoleName": "admin", "PolicyDocument": trusting(ROOT)}),
        ("create_policy", {"PolicyName": "elsewhere", "PolicyDocument": document(allow("*"))}),
    ],
)
def test_the_provisioner_cannot_raise_itself(
    aws: Emulator, provisioner: dict[str, str], operation: str, more: dict[str, Any]
) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html, "Delegating" """
    admin = aws.client("iam")
    boundary = admin.create_policy(PolicyName="b", Path="/cloister/", PolicyDocument=document(allow("s3:*")))["Policy"][
        "Arn"
    ]
    admin.create_role(RoleName="cloister-r", AssumeRolePolicyDocument=trusting(ROOT), PermissionsBoundary=boundary)
    with refused("AccessDenied", 403):
        getattr(aws.client("iam", provisioner), operation)(**more)


def test_a_boundary_holds_over_the_wire(aws: Emulator) -> None:
    iam = aws.client("iam")
    narrow = iam.create_policy(PolicyName="narrow", PolicyDocument=document(allow("s3:ListAllMyBuckets")))["Policy"][
        "Arn"
    ]
    iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=trusting(ROOT), PermissionsBoundary=narrow)
    iam.put_role_policy(RoleName="bounded", PolicyName="all", PolicyDocument=document(allow("*")))
    session = aws.credentials(role="bounded")
    aws.client("s3", session).list_buckets()
    with refused("AccessDenied", 403, "no permissions boundary policy"):
        aws.client("s3", session).create_bucket(Bucket="bucket")


def test_the_region_and_tags_of_a_request_are_conditions(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
    iam = aws.client("iam")
    iam.create_role(RoleName="local", AssumeRolePolicyDocument=trusting(ROOT))
    condition = {
        "StringEquals": {"aws:RequestedRegion": "us-east-1", "aws:RequestTag/team": "red"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
    }
    text = document(allow(["sqs:CreateQueue", "sqs:TagQueue"], Condition=condition))
    iam.put_role_policy(RoleName="local", PolicyName="p", PolicyDocument=text)
    session = aws.credentials(role="local")
    aws.client("sqs", session).create_queue(QueueName="q", tags={"team": "red"})
    for region, tags in (
        ("eu-west-1", {"team": "red"}),
        ("us-east-1", {"team": "blue"}),
        ("us-east-1", {"team": "red", "more": "x"}),
        ("us-east-1", {}),
    ):
        with refused("AccessDenied"):
            aws.client("sqs", session, region=region).create_queue(QueueName="q", tags=tags)


def test_a_queue_policy_grants_and_denies(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-examples-of-sqs-policies.html"""
    aws.client("iam").create_role(RoleName="reader", AssumeRolePolicyDocument=trusting(ROOT))
    arn = f"arn:aws:sqs:us-east-1:{PRODUCTION}:q"
    role = f"arn:aws:iam::{PRODUCTION}:role/reader"
    tls = {"Bool": {"aws:SecureTransport": "false"}}
    policy = document(
        allow("sqs:ReceiveMessage", arn, Principal={"AWS": role}), deny("sqs:*", arn, Principal="*", Condition=tls)
    )
    url = aws.client("sqs").create_queue(QueueName="q", Attributes={"Policy": policy})["QueueUrl"]
    reader = aws.client("sqs", aws.credentials(role="reader"))
    reader.receive_message(QueueUrl=url)
    with refused("AccessDenied"):
        reader.send_message(QueueUrl=url, MessageBody="x")
    with refused("AccessDenied"):
        aws.client("sqs", endpoint="insecure_endpoint").send_message(QueueUrl=url, MessageBody="x")
