"""Making, finding and deleting buckets."""

from typing import Any

import pytest
import requests

from aws.conftest import PRODUCTION, STAGING, Emulator, refused


def ordinary(aws: Emulator, name: str = "bucket", **more: Any) -> Any:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name, **more)
    return s3


def test_a_new_bucket_has_todays_defaults(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html"""
    s3 = ordinary(aws)
    block = s3.get_public_access_block(Bucket="bucket")["PublicAccessBlockConfiguration"]
    assert len(block) == 4 and all(block.values())
    (rule,) = s3.get_bucket_encryption(Bucket="bucket")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert rule["BlockedEncryptionTypes"] == {"EncryptionType": ["SSE-C"]}
    (controls,) = s3.get_bucket_ownership_controls(Bucket="bucket")["OwnershipControls"]["Rules"]
    assert controls == {"ObjectOwnership": "BucketOwnerEnforced"}
    assert "Status" not in s3.get_bucket_versioning(Bucket="bucket")
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="bucket")
    for absent, code in (
        ("get_bucket_policy", "NoSuchBucketPolicy"),
        ("get_bucket_tagging", "NoSuchTagSet"),
        ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
        ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
    ):
        with refused(code, 404):
            getattr(s3, absent)(Bucket="bucket")


def test_tags_ownership_and_lock_of_creation_are_read_back(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html"""
    tags = [{"Key": "cloister.dev/managed-by", "Value": "cloister"}]
    s3 = ordinary(
        aws,
        ObjectOwnership="BucketOwnerPreferred",
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"Tags": tags},
    )
    assert s3.get_bucket_tagging(Bucket="bucket")["TagSet"] == tags
    (controls,) = s3.get_bucket_ownership_controls(Bucket="bucket")["OwnershipControls"]["Rules"]
    assert controls == {"ObjectOwnership": "BucketOwnerPreferred"}
    assert s3.get_object_lock_configuration(Bucket="bucket")["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled"
    }
    assert s3.get_bucket_versioning(Bucket="bucket")["Status"] == "Enabled", "lock turns versioning on"


def test_creating_again(aws: Emulator) -> None:
    """200 in us-east-1, where nothing changes; 409 in every other region. Same page, "Errors"."""
    s3 = ordinary(aws, CreateBucketConfiguration={"Tags": [{"Key": "a", "Value": "1"}]})
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"Tags": [{"Key": "a", "Value": "2"}]})
    assert s3.get_bucket_tagging(Bucket="bucket")["TagSet"] == [{"Key": "a", "Value": "1"}]
    west = aws.client("s3", region="eu-west-1")
    there = {"LocationConstraint": "eu-west-1"}
    west.create_bucket(Bucket="west", CreateBucketConfiguration=there)
    with refused("BucketAlreadyOwnedByYou", 409):
        west.create_bucket(Bucket="west", CreateBucketConfiguration=there)
    other = aws.client("s3", aws.credentials(STAGING))
    with refused("BucketAlreadyExists", 409):
        other.create_bucket(Bucket="bucket")


def test_the_region_must_be_named_and_right(aws: Emulator) -> None:
    with refused("InvalidLocationConstraint"):
        aws.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "us-east-1"})
    west = aws.client("s3", region="eu-west-1")
    with refused("IllegalLocationConstraintException"):
        west.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})


@pytest.mark.parametrize("name", ["ab", "Upper", "a..b", "192.168.5.4", "-dash", "x" * 64])
def test_bucket_names_follow_the_rules(aws: Emulator, name: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    token = aws.credentials()
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={token['access_key_id']}/20260101/us-east-1/s3/aws4_request",
        "X-Amz-Security-Token": token["session_token"],
    }
    answer = requests.put(f"{aws.described['endpoint']}/{name}", headers=headers, timeout=5)
    assert answer.status_code == 400 and "<Code>InvalidBucketName</Code>" in answer.text


def test_a_bucket_of_another_region_redirects(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html"""
    west = aws.client("s3", region="eu-west-1")
    west.create_bucket(Bucket="west", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    token = aws.credentials()
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={token['access_key_id']}/20260101/us-east-1/s3/aws4_request",
        "X-Amz-Security-Token": token["session_token"],
    }
    answer = requests.get(f"{aws.described['endpoint']}/west?versioning", headers=headers, timeout=5)
    assert answer.status_code == 301 and "<Code>PermanentRedirect</Code>" in answer.text
    assert answer.headers["x-amz-bucket-region"] == "eu-west-1"
    assert west.head_bucket(Bucket="west")["BucketRegion"] == "eu-west-1"
    assert west.get_bucket_location(Bucket="west")["LocationConstraint"] == "eu-west-1"


def test_the_expected_owner_is_checked(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html"""
    s3 = ordinary(aws)
    s3.get_bucket_encryption(Bucket="bucket", ExpectedBucketOwner=PRODUCTION)
    with refused("AccessDenied", 403):
        s3.get_bucket_encryption(Bucket="bucket", ExpectedBucketOwner=STAGING)
    with refused("AccessDenied", 403):
        s3.put_object(Bucket="bucket", Key="k", Body=b"", ExpectedBucketOwner=STAGING)


def test_a_bucket_of_another_account_is_forbidden(aws: Emulator) -> None:
    ordinary(aws)
    other = aws.client("s3", aws.credentials(STAGING))
    with refused("AccessDenied", 403):
        other.get_bucket_tagging(Bucket="bucket")
    with refused("403"):
        other.head_bucket(Bucket="bucket")
    with refused("404"):
        other.head_bucket(Bucket="nowhere")


def test_a_bucket_is_deleted_only_when_no_version_is_left(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html"""
    s3 = ordinary(aws)
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket="bucket", Key="k", Body=b"x")["VersionId"]
    marker = s3.delete_object(Bucket="bucket", Key="k")["VersionId"]
    for left in (version, marker):
        with refused("BucketNotEmpty", 409):
            s3.delete_bucket(Bucket="bucket")
        s3.delete_object(Bucket="bucket", Key="k", VersionId=left)
    s3.delete_bucket(Bucket="bucket")
    with refused("NoSuchBucket", 404):
        s3.delete_bucket(Bucket="bucket")


@pytest.mark.parametrize(
    "subresource",
    ["inventory&id=x", "intelligent-tiering&id=x", "metrics&id=x", "analytics&id=x", "requestPayment", "accelerate",
     "object-lock", "abac", "metadataTable", "metadataConfiguration", "website", "tomorrow"],
)  # fmt: skip
def test_deleting_a_subresource_never_deletes_the_bucket(aws: Emulator, subresource: str) -> None:
    s3 = ordinary(aws)
    token = aws.credentials()
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={token['access_key_id']}/20260101/us-east-1/s3/aws4_request",
        "X-Amz-Security-Token": token["session_token"],
    }
    answer = requests.delete(f"{aws.described['endpoint']}/bucket?{subresource}", headers=headers, timeout=5)
    assert answer.status_code == 501
    s3.head_bucket(Bucket="bucket")


def test_buckets_are_listed_in_pages(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html"""
    s3 = aws.client("s3")
    for name in ("aa-1", "aa-2", "aa-3", "bb-1"):
        s3.create_bucket(Bucket=name)
    first = s3.list_buckets(Prefix="aa", MaxBuckets=2)
    assert [b["Name"] for b in first["Buckets"]] == ["aa-1", "aa-2"]
    rest = s3.list_buckets(Prefix="aa", MaxBuckets=2, ContinuationToken=first["ContinuationToken"])
    assert [b["Name"] for b in rest["Buckets"]] == ["aa-3"] and "ContinuationToken" not in rest
