"""Bucket policies: what may be put, and what they then do."""

import json
from typing import Any

import pytest

from aws.conftest import PRODUCTION, STAGING, Emulator, allow, deny, document, refused, trusting

BUCKET = "arn:aws:s3:::bucket"
EVERYTHING = [BUCKET, f"{BUCKET}/*"]


@pytest.fixture
def s3(aws: Emulator) -> Any:
    client = aws.client("s3")
    client.create_bucket(Bucket="bucket")
    client.put_object(Bucket="bucket", Key="k", Body=b"x")
    return client


def put(s3: Any, *statements: dict[str, Any]) -> None:
    complete = [{"Principal": "*"} | s if "NotPrincipal" not in s else s for s in statements]
    s3.put_bucket_policy(Bucket="bucket", Policy=document(*complete))


def test_a_policy_is_read_back_as_written(s3: Any) -> None:
    text = json.dumps(
        {"Version": "2012-10-17", "Statement": [deny("s3:*", EVERYTHING, Principal={"AWS": "*"})]}, indent=3
    )
    s3.put_bucket_policy(Bucket="bucket", Policy=text)
    with refused("AccessDenied"):
        s3.get_bucket_policy(Bucket="bucket")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"Version": "2012-10-17"}',
        '{"Version": "2020-01-01", "Statement": []}',
        document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*"}),  # no principal
        document(allow("s3:GetObject", "arn:aws:s3:::other/*", Principal="*")),
        document(allow("GetObject", f"{BUCKET}/*", Principal="*")),
        document(allow("s3:GetObject", f"{BUCKET}/*", Principal="*", Condition={"StringSquals": {"a": "b"}})),
        document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": f"arn:aws:iam::{PRODUCTION}:role/absent"})),
        document(allow("s3:GetObject", BUCKET, Principal={"AWS": PRODUCTION})),  # an object action on the bucket
    ],
)
def test_malformed_policies_are_refused(s3: Any, text: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
    with refused("MalformedPolicy", 400):
        s3.put_bucket_policy(Bucket="bucket", Policy=text)


def test_public_policies_are_blocked_while_the_block_says_so(s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"""
    public = allow("s3:GetObject", f"{BUCKET}/*")
    with refused("AccessDenied", 403):
        put(s3, public)
    put(s3, public | {"Condition": {"StringEquals": {"aws:PrincipalAccount": PRODUCTION}}})
    assert s3.get_bucket_policy_status(Bucket="bucket")["PolicyStatus"]["IsPublic"] is False
    s3.delete_public_access_block(Bucket="bucket")
    put(s3, public)
    assert s3.get_bucket_policy_status(Bucket="bucket")["PolicyStatus"]["IsPublic"] is True


def test_tls_only_lets_tls_through_and_nothing_else(aws: Emulator, s3: Any) -> None:
    """moto refuses every object call under such a policy, and no bucket call.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html#example-bucket-policies-HTTP-HTTPS
    """
    put(s3, deny("s3:*", EVERYTHING, Condition={"Bool": {"aws:SecureTransport": "false"}}))
    plain = aws.client("s3", endpoint="insecure_endpoint")
    s3.get_object(Bucket="bucket", Key="k")
    s3.list_objects_v2(Bucket="bucket")
    for name, more in (
        ("get_object", {"Key": "k"}),
        ("put_object", {"Key": "new", "Body": b""}),
        ("list_objects_v2", {}),
        ("get_bucket_versioning", {}),
    ):
        with refused("AccessDenied", 403, "explicit deny in a resource-based policy"):
            getattr(plain, name)(Bucket="bucket", **more)


def test_old_tls_versions_can_be_denied(aws: Emulator, s3: Any) -> None:
    """https://repost.aws/knowledge-center/s3-enforce-modern-tls"""
    put(s3, deny("s3:*", EVERYTHING, Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}}))
    s3.get_object(Bucket="bucket", Key="k")
    put(s3, deny("s3:GetObject", f"{BUCKET}/*", Condition={"NumericLessThan": {"s3:TlsVersion": "1.4"}}))
    with refused("AccessDenied", 403):
        s3.get_object(Bucket="bucket", Key="k")


def test_other_keys_can_be_denied(aws: Emulator, s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms"""
    kms = aws.client("kms")
    right, wrong = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    key = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    # A negated operator holds for a key that is absent, with IfExists or without: hence Null.
    condition = {"ArnNotEquals": {key: right}, "Null": {key: "false"}}
    put(s3, deny("s3:PutObject", f"{BUCKET}/*", Condition=condition))
    s3.put_object(Bucket="bucket", Key="by-default", Body=b"")
    s3.put_object(Bucket="bucket", Key="right", Body=b"", ServerSideEncryption="aws:kms", SSEKMSKeyId=right)
    with refused("AccessDenied", 403):
        s3.put_object(Bucket="bucket", Key="wrong", Body=b"", ServerSideEncryption="aws:kms", SSEKMSKeyId=wrong)


def test_write_once_by_if_none_match(s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html"""
    condition = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
    put(s3, deny("s3:PutObject", f"{BUCKET}/*", Condition=condition))
    with refused("AccessDenied", 403):
        s3.put_object(Bucket="bucket", Key="new", Body=b"")
    s3.put_object(Bucket="bucket", Key="new", Body=b"", IfNoneMatch="*")
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket="bucket", Key="new", Body=b"", IfNoneMatch="*")
    s3.create_multipart_upload(Bucket="bucket", Key="parts")


def test_all_but_some_roles_can_be_denied(aws: Emulator, s3: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn"""
    iam = aws.client("iam")
    for name in ("etl", "other"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(f"arn:aws:iam::{PRODUCTION}:root"))
        iam.put_role_policy(RoleName=name, PolicyName="s3", PolicyDocument=document(allow("s3:*")))
    condition = {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{PRODUCTION}:role/etl"}}
    put(s3, deny("s3:GetObject", f"{BUCKET}/*", Condition=condition))
    aws.client("s3", aws.credentials(role="etl")).get_object(Bucket="bucket", Key="k")
    with refused("AccessDenied", 403):
        aws.client("s3", aws.credentials(role="other")).get_object(Bucket="bucket", Key="k")


def test_another_account_needs_both_sides(aws: Emulator, s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example2.html"""
    other = aws.client("s3", aws.credentials(STAGING))
    with refused("AccessDenied", 403):
        other.get_object(Bucket="bucket", Key="k")
    put(s3, allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": f"arn:aws:iam::{STAGING}:root"}))
    other.get_object(Bucket="bucket", Key="k")
    aws.client("iam", aws.credentials(STAGING)).put_role_policy(
        RoleName="admin", PolicyName="no", PolicyDocument=document(deny("s3:GetObject"))
    )
    with refused("AccessDenied", 403):
        other.get_object(Bucket="bucket", Key="k")


def test_the_root_user_can_mend_a_policy_that_locks_everyone_out(aws: Emulator, s3: Any) -> None:
    """https://repost.aws/knowledge-center/s3-accidentally-denied-access"""
    put(s3, deny("s3:*", EVERYTHING))
    with refused("AccessDenied", 403):
        s3.delete_bucket_policy(Bucket="bucket")
    root = aws.client("s3", aws.credentials(role="root"))
    with refused("AccessDenied", 403):
        root.get_bucket_tagging(Bucket="bucket")
    assert "Deny" in root.get_bucket_policy(Bucket="bucket")["Policy"]
    root.delete_bucket_policy(Bucket="bucket")
    s3.get_object(Bucket="bucket", Key="k")


def test_a_role_that_was_deleted_leaves_its_id_in_the_policy(aws: Emulator, s3: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles"""
    iam = aws.client("iam")
    trust = trusting(f"arn:aws:iam::{PRODUCTION}:root")
    role = iam.create_role(RoleName="brief", AssumeRolePolicyDocument=trust)["Role"]
    condition = {"StringEquals": {"aws:PrincipalArn": role["Arn"]}}
    put(s3, allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": role["Arn"]}, Condition=condition))
    aws.client("s3", aws.credentials(role="brief")).get_object(Bucket="bucket", Key="k")
    iam.delete_role(RoleName="brief")
    (statement,) = json.loads(s3.get_bucket_policy(Bucket="bucket")["Policy"])["Statement"]
    assert statement["Principal"] == {"AWS": role["RoleId"]} and statement["Condition"] == condition
    iam.create_role(RoleName="brief", AssumeRolePolicyDocument=trust)
    with refused("AccessDenied", 403):
        aws.client("s3", aws.credentials(role="brief")).get_object(Bucket="bucket", Key="k")


def test_who_may_not_list_is_not_told_what_is_missing(aws: Emulator, s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions" """
    with refused("NoSuchKey", 404):
        s3.get_object(Bucket="bucket", Key="absent")
    put(s3, deny("s3:ListBucket", BUCKET))
    with refused("AccessDenied", 403):
        s3.get_object(Bucket="bucket", Key="absent")
