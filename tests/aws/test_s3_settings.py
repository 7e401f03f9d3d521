"""Encryption, versioning, public access block, ownership, tags."""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, refused


@pytest.fixture
def s3(aws: Emulator) -> Any:
    client = aws.client("s3")
    client.create_bucket(Bucket="bucket")
    return client


def encrypt(s3: Any, by_default: dict[str, str] | None, **more: Any) -> dict[str, Any]:
    rule = ({"ApplyServerSideEncryptionByDefault": by_default} if by_default else {}) | more
    s3.put_bucket_encryption(Bucket="bucket", ServerSideEncryptionConfiguration={"Rules": [rule]})
    found: dict[str, Any] = s3.get_bucket_encryption(Bucket="bucket")["ServerSideEncryptionConfiguration"]["Rules"][0]
    return found


def test_encryption_is_read_back(s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html"""
    key = f"arn:aws:kms:us-east-1:{PRODUCTION}:key/whatever"  # S3 does not look for it
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule = encrypt(s3, by_default, BucketKeyEnabled=True, BlockedEncryptionTypes={"EncryptionType": ["NONE"]})
    assert rule["ApplyServerSideEncryptionByDefault"] == by_default
    assert rule["BucketKeyEnabled"] is True
    assert rule["BlockedEncryptionTypes"] == {"EncryptionType": ["NONE"]}
    assert encrypt(s3, {"SSEAlgorithm": "AES256"})["BucketKeyEnabled"] is False


def test_deleting_encryption_goes_back_to_s3_keys(s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html"""
    encrypt(s3, {"SSEAlgorithm": "aws:kms"}, BucketKeyEnabled=True)
    s3.delete_bucket_encryption(Bucket="bucket")
    (rule,) = s3.get_bucket_encryption(Bucket="bucket")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_wrong_encryption_is_refused(s3: Any) -> None:
    with refused("InvalidArgument"):
        encrypt(s3, {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "k"})
    with refused("MalformedXML"):
        encrypt(s3, {"SSEAlgorithm": "rot13"})


def test_versioning(s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html"""
    for status in ("Enabled", "Suspended"):
        s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": status})
        assert s3.get_bucket_versioning(Bucket="bucket")["Status"] == status
    with refused("IllegalVersioningConfigurationException"):
        s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={})


def test_versioning_stays_under_object_lock(s3: Any) -> None:
    """ "You can't suspend versioning": https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html"""
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    with refused("InvalidBucketState", 409):
        s3.put_bucket_versioning(Bucket="locked", VersioningConfiguration={"Status": "Suspended"})


def test_public_access_block(s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html"""
    s3.put_public_access_block(Bucket="bucket", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    block = s3.get_public_access_block(Bucket="bucket")["PublicAccessBlockConfiguration"]
    assert block == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": False,
        "RestrictPublicBuckets": False,
    }
    s3.delete_public_access_block(Bucket="bucket")
    with refused("NoSuchPublicAccessBlockConfiguration", 404):
        s3.get_public_access_block(Bucket="bucket")


def test_ownership_controls_and_acls(s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html"""
    with refused("AccessControlListNotSupported"):
        s3.put_bucket_acl(Bucket="bucket", ACL="public-read")
    controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.put_bucket_ownership_controls(Bucket="bucket", OwnershipControls=controls)
    assert s3.get_bucket_ownership_controls(Bucket="bucket")["OwnershipControls"] == controls
    s3.delete_bucket_ownership_controls(Bucket="bucket")
    with refused("OwnershipControlsNotFoundError", 404):
        s3.get_bucket_ownership_controls(Bucket="bucket")


def test_tags_are_replaced_as_a_whole(s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html"""
    for tags in ([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}], [{"Key": "cloister.dev/x", "Value": "y z"}]):
        s3.put_bucket_tagging(Bucket="bucket", Tagging={"TagSet": tags})
        assert s3.get_bucket_tagging(Bucket="bucket")["TagSet"] == tags
    with refused("InvalidTag"):
        s3.put_bucket_tagging(
            Bucket="bucket", Tagging={"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}
        )
    with refused("InvalidTag"):
        s3.put_bucket_tagging(Bucket="bucket", Tagging={"TagSet": [{"Key": "aws:x", "Value": "1"}]})
    s3.delete_bucket_tagging(Bucket="bucket")
    with refused("NoSuchTagSet", 404):
        s3.get_bucket_tagging(Bucket="bucket")
