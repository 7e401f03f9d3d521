"""Object Lock, and the key that objects are encrypted under."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from aws.conftest import PRODUCTION, Call, Emulator, allow, document, refused, trusting


def lock(s3: Any, rule: dict[str, Any] | None, bucket: str = "bucket") -> None:
    configuration: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
    if rule is not None:
        configuration["Rule"] = {"DefaultRetention": rule}
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=configuration)


@pytest.fixture
def s3(aws: Emulator) -> Any:
    client = aws.client("s3")
    client.create_bucket(Bucket="bucket")
    client.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    return client


def test_lock_can_be_put_on_a_bucket_in_use_and_changed(s3: Any) -> None:
    """moto wants an empty bucket. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html"""
    s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    for rule in ({"Mode": "GOVERNANCE", "Days": 3}, {"Mode": "COMPLIANCE", "Years": 1}, None):
        lock(s3, rule)
        found = s3.get_object_lock_configuration(Bucket="bucket")["ObjectLockConfiguration"]
        assert found == {"ObjectLockEnabled": "Enabled"} | ({"Rule": {"DefaultRetention": rule}} if rule else {})


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"Mode": "GOVERNANCE"}, "MalformedXML"),
        ({"Mode": "GOVERNANCE", "Days": 1, "Years": 1}, "MalformedXML"),
        ({"Mode": "STRICT", "Days": 1}, "MalformedXML"),
        ({"Mode": "GOVERNANCE", "Days": 0}, "InvalidArgument"),
    ],
)
def test_wrong_retention_is_refused(s3: Any, rule: dict[str, Any], code: str) -> None:
    """Days or Years: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DefaultRetention.html"""
    with refused(code, 400):
        lock(s3, rule)


def test_lock_needs_versioning(s3: Any) -> None:
    s3.create_bucket(Bucket="plain")
    with refused("InvalidBucketState", 409):
        lock(s3, None, "plain")


def test_compliance_can_be_lengthened_never_shortened(s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html#object-lock-retention-modes"""
    lock(s3, None)
    version = s3.put_object(Bucket="bucket", Key="k", Body=b"x")["VersionId"]
    now = datetime.now(UTC).replace(microsecond=0)

    def retain(mode: str, days: int, bypass: bool = False) -> None:
        until = {"Mode": mode, "RetainUntilDate": now + timedelta(days=days)}
        s3.put_object_retention(Bucket="bucket", Key="k", Retention=until, BypassGovernanceRetention=bypass)

    retain("GOVERNANCE", 10)
    with refused("AccessDenied", 403):
        retain("GOVERNANCE", 5)
    retain("GOVERNANCE", 5, bypass=True)
    retain("COMPLIANCE", 5)
    retain("COMPLIANCE", 20)
    for days, mode in ((10, "COMPLIANCE"), (30, "GOVERNANCE")):
        with refused("AccessDenied", 403):
            retain(mode, days, bypass=True)
    found = s3.get_object_retention(Bucket="bucket", Key="k")["Retention"]
    assert found == {"Mode": "COMPLIANCE", "RetainUntilDate": now + timedelta(days=20)}
    with refused("AccessDenied", 403):
        s3.delete_object(Bucket="bucket", Key="k", VersionId=version, BypassGovernanceRetention=True)


def encrypted(aws: Emulator, s3: Any) -> Any:
    kms = aws.client("kms")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
    rules = [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket="bucket", ServerSideEncryptionConfiguration={"Rules": rules})
    return kms, arn


def test_objects_need_an_enabled_key(aws: Emulator, s3: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html; S3 prefixes the KMS error with `KMS.`"""
    kms, arn = encrypted(aws, s3)
    put = s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    assert (put["ServerSideEncryption"], put["SSEKMSKeyId"]) == ("aws:kms", arn)
    kms.disable_key(KeyId=arn)
    calls: list[Call] = [
        lambda: s3.put_object(Bucket="bucket", Key="k", Body=b"x"),
        lambda: s3.get_object(Bucket="bucket", Key="k"),
    ]
    for call in calls:
        with refused("KMS.DisabledException", 400):
            call()
    kms.schedule_key_deletion(KeyId=arn)
    with refused("KMS.KMSInvalidStateException", 400):
        s3.get_object(Bucket="bucket", Key="k")
    with refused("KMS.NotFoundException", 400):
        s3.put_object(
            Bucket="bucket", Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=arn[:-4] + "0000"
        )


def test_the_caller_needs_the_key_by_way_of_s3(aws: Emulator, s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service"""
    _, arn = encrypted(aws, s3)
    iam = aws.client("iam")
    iam.create_role(RoleName="uploader", AssumeRolePolicyDocument=trusting(f"arn:aws:iam::{PRODUCTION}:root"))
    uploader = aws.client("s3", aws.credentials(role="uploader"))
    store = allow("s3:PutObject", "arn:aws:s3:::bucket/*")
    iam.put_role_policy(RoleName="uploader", PolicyName="p", PolicyDocument=document(store))
    with refused("AccessDenied", 403, "kms:GenerateDataKey"):
        uploader.put_object(Bucket="bucket", Key="k", Body=b"x")
    condition = {
        "StringEquals": {
            "kms:ViaService": "s3.us-east-1.amazonaws.com",
            "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::bucket",
        }
    }
    use = allow("kms:GenerateDataKey", arn, Condition=condition)
    iam.put_role_policy(RoleName="uploader", PolicyName="p", PolicyDocument=document(store, use))
    uploader.put_object(Bucket="bucket", Key="k", Body=b"x")
    with refused("AccessDenied", 403, "kms:Decrypt"):
        uploader.create_multipart_upload(Bucket="bucket", Key="k")
    with refused("AccessDeniedException", 400):
        aws.client("kms", aws.credentials(role="uploader")).generate_data_key(KeyId=arn, KeySpec="AES_256")


def test_a_presigned_url_is_its_signer(aws: Emulator, s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html"""
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "bucket", "Key": "k"})
    assert requests.put(url, data=b"x", timeout=5).status_code == 200
    policy = document(
        {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/*"}
    )
    s3.put_bucket_policy(Bucket="bucket", Policy=policy)
    assert requests.put(url, data=b"x", timeout=5).status_code == 403


def test_customer_provided_keys_are_blocked(s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html"""
    with refused("AccessDenied", 403):
        s3.put_object(Bucket="bucket", Key="k", Body=b"x", SSECustomerAlgorithm="AES256", SSECustomerKey="0" * 32)
