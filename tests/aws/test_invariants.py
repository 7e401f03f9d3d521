"""What counts as a violation, and what is only drift."""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, allow, deny, document, trusting

TAGS = {"cloister.dev/managed-by": "cloister", "cloister.dev/owner-uid": "u1", "cloister.dev/resource-name": "key"}
TAG_SET = [{"Key": key, "Value": value} for key, value in TAGS.items()]
KEY_TAGS = [{"TagKey": key, "TagValue": value} for key, value in TAGS.items()]
CLOSED = document(deny(["s3:*Object*"], "arn:aws:s3:::acme/*", Principal="*"))
TLS = document(deny("s3:*", "arn:aws:s3:::acme/*", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}))
ROOT = f"arn:aws:iam::{PRODUCTION}:root"


@pytest.fixture
def session(aws: Emulator) -> dict[str, str]:
    return aws.assume()


@pytest.fixture
def s3(aws: Emulator, session: dict[str, str]) -> Any:
    grant = allow("s3:PutObject", "arn:aws:s3:::logs/*", Principal={"Service": "logging.s3.amazonaws.com"})
    admin = aws.client("s3")
    admin.create_bucket(Bucket="logs")
    admin.put_bucket_policy(Bucket="logs", Policy=document(grant))
    return aws.client("s3", session)


def create(s3: Any) -> None:
    s3.create_bucket(Bucket="acme", CreateBucketConfiguration={"Tags": TAG_SET})


def enable(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket="acme", VersioningConfiguration={"Status": "Enabled"})


def safeguard(aws: Emulator, s3: Any) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket="acme", ServerSideEncryptionConfiguration={"Rules": rules})
    enable(s3)
    log = {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "acme/"}}
    s3.put_bucket_logging(Bucket="acme", BucketLoggingStatus=log)


def close(s3: Any) -> None:
    s3.put_bucket_policy(Bucket="acme", Policy=CLOSED)


def opened(s3: Any) -> None:
    s3.put_bucket_policy(Bucket="acme", Policy=TLS)


def test_closed_first_and_opened_last_is_right(aws: Emulator, s3: Any) -> None:
    create(s3)
    close(s3)
    safeguard(aws, s3)
    opened(s3)
    aws.client("s3").put_object(Bucket="acme", Key="k", Body=b"x")
    assert aws.violations() == []


def test_the_call_after_creation_must_close(aws: Emulator, s3: Any) -> None:
    create(s3)
    enable(s3)
    assert aws.violations() == ["open-bucket-is-safeguarded"]


def test_opening_early_is_a_violation_and_so_is_the_object(aws: Emulator, s3: Any) -> None:
    create(s3)
    close(s3)
    enable(s3)
    opened(s3)
    aws.client("s3").put_object(Bucket="acme", Key="k", Body=b"x")
    assert aws.violations() == ["open-bucket-is-safeguarded", "object-only-behind-safeguards"]
    first = aws.control("GET", "/violations")["violations"][0]
    assert first["detail"] == "open while lacking: SSE-KMS with a customer key, access logging"


def test_a_deny_for_all_but_some_does_not_close(aws: Emulator, s3: Any) -> None:
    create(s3)
    aws.client("iam").create_role(RoleName="etl", AssumeRolePolicyDocument=trusting(ROOT))
    some = {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{PRODUCTION}:role/etl*"}}
    text = document(deny("s3:*Object*", "arn:aws:s3:::acme/*", Principal="*", Condition=some))
    s3.put_bucket_policy(Bucket="acme", Policy=text)
    assert aws.violations() == ["open-bucket-is-safeguarded"]


def test_what_others_break_is_drift_and_repairing_it_stepwise_is_right(aws: Emulator, s3: Any) -> None:
    create(s3)
    close(s3)
    safeguard(aws, s3)
    opened(s3)
    admin = aws.client("s3")
    admin.put_bucket_versioning(Bucket="acme", VersioningConfiguration={"Status": "Suspended"})
    admin.put_bucket_logging(Bucket="acme", BucketLoggingStatus={})
    admin.delete_bucket_policy(Bucket="acme")
    admin.put_object(Bucket="acme", Key="k", Body=b"x")
    enable(s3)
    assert aws.violations() == []
    s3.put_public_access_block(Bucket="acme", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    assert aws.violations() == ["open-bucket-is-safeguarded"], "making it worse is not"


def test_a_log_bucket_has_its_own_safeguards(aws: Emulator, s3: Any) -> None:
    tags = [*TAG_SET, {"Key": "cloister.dev/role", "Value": "log-bucket"}]
    s3.create_bucket(Bucket="acme", CreateBucketConfiguration={"Tags": tags})
    close(s3)
    enable(s3)
    opened(s3)
    assert aws.violations() == []


def test_two_enabled_keys_of_one_owner(aws: Emulator, session: dict[str, str]) -> None:
    kms = aws.client("kms", session)
    first = kms.create_key(Tags=KEY_TAGS)["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=first)
    kms.create_key(Tags=KEY_TAGS)
    assert aws.violations() == []
    kms.create_key(Tags=KEY_TAGS)
    assert aws.violations() == ["one-key-per-owner"]


def test_roles_stand_behind_a_boundary_without_inline_policies(aws: Emulator) -> None:
    """With a provisioner that may do everything, for the seeded one cannot break these."""
    aws.client("iam").put_role_policy(
        RoleName="CloisterProvisioner", PolicyName="careless", PolicyDocument=document(allow("*"))
    )
    iam = aws.client("iam", aws.assume())
    iam.create_role(RoleName="cloister-r", AssumeRolePolicyDocument=trusting(ROOT), Tags=TAG_SET)
    iam.put_role_policy(RoleName="cloister-r", PolicyName="p", PolicyDocument=document(allow("s3:*")))
    assert aws.violations() == ["roles-behind-boundary", "no-inline-policies"]


def test_what_is_not_ours_is_left_alone_unless_adopted(aws: Emulator, s3: Any) -> None:
    aws.client("s3").create_bucket(Bucket="acme")
    s3.put_bucket_tagging(Bucket="acme", Tagging={"TagSet": TAG_SET})
    close(s3)
    assert aws.violations() == []
    aws.client("s3").delete_bucket_tagging(Bucket="acme")
    close(s3)
    assert aws.violations() == ["foreign-untouched"]


@pytest.mark.parametrize(
    ("resource", "count"),
    [("*", 1), (f"arn:aws:kms:us-east-1:{PRODUCTION}:key/*", 1), (f"arn:aws:kms:us-east-1:{PRODUCTION}:key/k", 0)],
)
def test_grants_on_keys_name_them(aws: Emulator, session: dict[str, str], resource: str, count: int) -> None:
    iam = aws.client("iam", session)
    text = document(allow("s3:*", "arn:aws:s3:::acme/*"), allow("kms:Decrypt", resource))
    iam.create_policy(PolicyName="cloister-p", PolicyDocument=text, Tags=TAG_SET)
    assert aws.violations() == ["no-wildcard-key-grant"] * count


def test_violations_are_cleared(aws: Emulator, s3: Any) -> None:
    create(s3)
    enable(s3)
    assert aws.control("DELETE", "/violations") == {"cleared": 1}
    assert aws.control("GET", "/violations") == {"count": 0, "violations": []}
