"""Delayed visibility: reads lag, writes do not."""

import time
from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, allow, document, refused, trusting

TRUST = trusting(f"arn:aws:iam::{PRODUCTION}:root")


def lag(aws: Emulator, operation: str, ms: int = 600) -> None:
    aws.control("POST", "/faults", {"kind": "delayed_visibility", "operation": operation, "ms": ms})


def test_a_new_bucket_is_seen_late(aws: Emulator) -> None:
    s3 = aws.client("s3")
    lag(aws, "CreateBucket")
    s3.create_bucket(Bucket="late")
    with refused("404"):
        s3.head_bucket(Bucket="late")
    assert s3.list_buckets()["Buckets"] == []
    s3.put_bucket_versioning(Bucket="late", VersioningConfiguration={"Status": "Enabled"})
    time.sleep(0.65)
    assert s3.get_bucket_versioning(Bucket="late")["Status"] == "Enabled"


@pytest.mark.parametrize(
    ("operation", "change", "read"),
    [
        (
            "PutBucketTagging",
            lambda s3: s3.put_bucket_tagging(Bucket="b-1", Tagging={"TagSet": [{"Key": "a", "Value": "2"}]}),
            lambda s3: s3.get_bucket_tagging(Bucket="b-1")["TagSet"][0]["Value"] == "2",
        ),
        (
            "PutBucketEncryption",
            lambda s3: s3.put_bucket_encryption(
                Bucket="b-1",
                ServerSideEncryptionConfiguration={
                    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
                },
            ),
            lambda s3: "aws:kms" in str(s3.get_bucket_encryption(Bucket="b-1")),
        ),
        (
            "PutBucketVersioning",
            lambda s3: s3.put_bucket_versioning(Bucket="b-1", VersioningConfiguration={"Status": "Enabled"}),
            lambda s3: "Status" in s3.get_bucket_versioning(Bucket="b-1"),
        ),
        ("DeleteBucket", lambda s3: s3.delete_bucket(Bucket="b-1"), lambda s3: not s3.list_buckets()["Buckets"]),
    ],
)
def test_a_changed_bucket_reads_as_before(aws: Emulator, operation: str, change: Any, read: Any) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="b-1", CreateBucketConfiguration={"Tags": [{"Key": "a", "Value": "1"}]})
    lag(aws, operation)
    change(s3)
    assert not read(s3)
    time.sleep(0.65)
    assert read(s3)


def test_a_new_key_its_tags_and_alias_are_seen_late(aws: Emulator) -> None:
    kms = aws.client("kms")
    lag(aws, "Create*")
    key = kms.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/late", TargetKeyId=key)
    assert kms.list_keys()["Keys"] == []
    for name in (key, "alias/late"):
        with refused("NotFoundException"):
            kms.describe_key(KeyId=name)
    assert aws.client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"] == []
    time.sleep(0.65)
    assert kms.describe_key(KeyId="alias/late")["KeyMetadata"]["KeyId"] == key
    lag(aws, "TagResource")
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "c", "TagValue": "d"}])
    assert len(kms.list_resource_tags(KeyId=key)["Tags"]) == 1


def test_a_new_role_is_unknown_to_other_services_for_a_while(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency"""
    iam, kms = aws.client("iam"), aws.client("kms")
    lag(aws, "CreateRole")
    arn = iam.create_role(RoleName="late", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    with refused("NoSuchEntity"):
        iam.get_role(RoleName="late")
    policy = document(
        allow("kms:*", Principal={"AWS": f"arn:aws:iam::{PRODUCTION}:root"}),
        allow("kms:Decrypt", Principal={"AWS": arn}),
    )
    with refused("MalformedPolicyDocumentException"):
        kms.create_key(Policy=policy)
    iam.tag_role(RoleName="late", Tags=[{"Key": "a", "Value": "b"}])  # the primary copy knows it
    time.sleep(0.65)
    kms.create_key(Policy=policy)
    assert iam.get_role(RoleName="late")["Role"]["Tags"] == [{"Key": "a", "Value": "b"}]


def test_a_changed_policy_and_queue_read_as_before(aws: Emulator) -> None:
    iam, sqs = aws.client("iam"), aws.client("sqs")
    arn = iam.create_policy(PolicyName="p", PolicyDocument=document(allow("s3:*")))["Policy"]["Arn"]
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    lag(aws, "*")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("sqs:*")), SetAsDefault=True)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "77"})
    late = sqs.create_queue(QueueName="late")["QueueUrl"]

    def seen() -> tuple[str, str, int]:
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        timeout = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["VisibilityTimeout"]
        return version, timeout, len(sqs.list_queues()["QueueUrls"])

    assert seen() == ("v1", "30", 1)
    time.sleep(0.65)
    assert seen() == ("v2", "77", 2)
    assert late
