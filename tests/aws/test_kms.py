"""Keys: state, rotation, policy, aliases, tags."""

import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from aws.conftest import PRODUCTION, STAGING, Call, Emulator, allow, deny, document, refused, trusting

ROOT = f"arn:aws:iam::{PRODUCTION}:root"


@pytest.fixture
def kms(aws: Emulator) -> Any:
    return aws.client("kms")


def make(kms: Any, **more: Any) -> str:
    key: str = kms.create_key(**more)["KeyMetadata"]["KeyId"]
    return key


def state(kms: Any, key: str) -> str:
    found: str = kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    return found


def test_a_key_reads_back_as_made(kms: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html"""
    policy = document(allow("kms:*", Principal={"AWS": ROOT}))
    tags = [{"TagKey": "cloister.dev/owner-uid", "TagValue": "u"}]
    key = make(kms, Description="d", Policy=policy, Tags=tags)
    found = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (found["Description"], found["KeyState"], found["Enabled"]) == ("d", "Enabled", True)
    assert (found["MultiRegion"], found["KeyManager"], found["KeySpec"]) == (False, "CUSTOMER", "SYMMETRIC_DEFAULT")
    assert kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == policy
    assert kms.list_resource_tags(KeyId=key)["Tags"] == tags
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False


def test_create_key_has_no_idempotency(kms: Any) -> None:
    assert make(kms, Description="same") != make(kms, Description="same")


def test_rotation(kms: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html"""
    key = make(kms)
    kms.enable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    kms.enable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180
    for days in (89, 2561):
        with refused("ValidationException"):
            kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=days)
    kms.disable_key_rotation(KeyId=key)
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key)


def test_a_disabled_key_does_nothing_but_can_be_managed(kms: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html"""
    key = make(kms)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    calls: list[Call] = [
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x"),
        lambda: kms.decrypt(CiphertextBlob=blob),
        lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
        lambda: kms.enable_key_rotation(KeyId=key),
    ]
    for call in calls:
        with refused("DisabledException"):
            call()
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}])
    kms.create_alias(AliasName="alias/x", TargetKeyId=key)
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_deletion_is_scheduled_and_cancelled(kms: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html"""
    key = make(kms)
    kms.enable_key_rotation(KeyId=key)
    for days in (6, 31):
        with refused("ValidationException"):
            kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=days)
    answer = kms.schedule_key_deletion(KeyId=key)
    assert (answer["KeyState"], answer["PendingWindowInDays"]) == ("PendingDeletion", 30)
    assert "DeletionDate" in kms.describe_key(KeyId=key)["KeyMetadata"]
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    calls: list[Call] = [
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x"),
        lambda: kms.enable_key(KeyId=key),
        lambda: kms.schedule_key_deletion(KeyId=key),
        lambda: kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}]),
        lambda: kms.create_alias(AliasName="alias/x", TargetKeyId=key),
    ]
    for call in calls:
        with refused("KMSInvalidStateException"):
            call()
    kms.cancel_key_deletion(KeyId=key)
    assert state(kms, key) == "Disabled", "whoever cancels must enable it too"
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True
    with refused("KMSInvalidStateException"):
        kms.cancel_key_deletion(KeyId=key)


def test_aliases(kms: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"""
    one, two = make(kms), make(kms)
    kms.create_alias(AliasName="alias/cloister/a", TargetKeyId=one)
    with refused("AlreadyExistsException"):
        kms.create_alias(AliasName="alias/cloister/a", TargetKeyId=two)
    assert kms.describe_key(KeyId="alias/cloister/a")["KeyMetadata"]["KeyId"] == one
    kms.update_alias(AliasName="alias/cloister/a", TargetKeyId=two)
    (found,) = kms.list_aliases(KeyId=two)["Aliases"]
    assert found["AliasArn"] == f"arn:aws:kms:us-east-1:{PRODUCTION}:alias/cloister/a"
    assert kms.list_aliases(KeyId=one)["Aliases"] == []
    with refused("NotFoundException"):
        kms.enable_key_rotation(KeyId="alias/cloister/a")  # only key uses and DescribeKey take an alias
    kms.delete_alias(AliasName="alias/cloister/a")
    with refused("NotFoundException"):
        kms.describe_key(KeyId="alias/cloister/a")


def test_keys_and_tags_are_listed_in_pages(kms: Any) -> None:
    keys = {make(kms) for _ in range(5)}
    pages = kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2})
    assert {k["KeyId"] for page in pages for k in page["Keys"]} == keys
    kms.tag_resource(KeyId=min(keys), Tags=[{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": "2"}])
    kms.untag_resource(KeyId=min(keys), TagKeys=["a", "never"])
    assert kms.list_resource_tags(KeyId=min(keys))["Tags"] == [{"TagKey": "b", "TagValue": "2"}]


def test_a_policy_that_locks_its_author_out_is_refused(kms: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html"""
    key = make(kms)
    locking = document(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{PRODUCTION}:role/CloisterProvisioner"}))
    with refused("MalformedPolicyDocumentException", says="in the future"):
        kms.put_key_policy(KeyId=key, Policy=locking)
    with refused("MalformedPolicyDocumentException"):
        kms.create_key(Policy=locking)
    kms.put_key_policy(KeyId=key, Policy=locking, BypassPolicyLockoutSafetyCheck=True)
    with refused("AccessDeniedException"):
        kms.put_key_policy(KeyId=key, Policy=locking)


@pytest.mark.parametrize(
    "text", ["{", document(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{PRODUCTION}:role/absent"}))]
)
def test_malformed_policies_are_refused(kms: Any, text: str) -> None:
    with refused("MalformedPolicyDocumentException"):
        kms.create_key(Policy=text)


def test_a_key_policy_guards_against_deletion(aws: Emulator, kms: Any) -> None:
    """A deny in the key policy binds even who may do everything."""
    key = make(kms)
    everyone = {"Principal": {"AWS": "*"}}
    guarded = document(allow("kms:*", Principal={"AWS": ROOT}), deny("kms:ScheduleKeyDeletion", **everyone))
    kms.put_key_policy(KeyId=key, Policy=guarded)
    with refused("AccessDeniedException", says="explicit deny in a resource-based policy"):
        kms.schedule_key_deletion(KeyId=key)


def test_identity_policies_count_only_where_the_key_policy_lets_them(aws: Emulator, kms: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"""
    iam = aws.client("iam")
    iam.create_role(RoleName="keeper", AssumeRolePolicyDocument=trusting(ROOT))
    keeper = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{PRODUCTION}:role/keeper"})
    key = make(kms, Policy=document(keeper), BypassPolicyLockoutSafetyCheck=True)
    with refused("AccessDeniedException"):
        kms.describe_key(KeyId=key)  # the administrator, who may do everything, but not with this key
    assert state(aws.client("kms", aws.credentials(role="keeper")), key) == "Enabled"


def test_a_foreign_key_is_out_of_reach(aws: Emulator, kms: Any) -> None:
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    with refused("AccessDeniedException"):
        aws.client("kms", aws.credentials(STAGING)).describe_key(KeyId=arn)


def test_encryption_context_is_part_of_the_permission(aws: Emulator, kms: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context"""
    condition = {"StringEquals": {"kms:EncryptionContext:tenant": "acme"}}
    limited = deny("kms:Encrypt", Principal={"AWS": "*"}, Condition={"StringNotEquals": condition["StringEquals"]})
    key = make(kms, Policy=document(allow("kms:*", Principal={"AWS": ROOT}), limited))
    kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"tenant": "acme"})
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"tenant": "other"})


def test_a_key_that_signs(aws: Emulator, kms: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html"""
    with refused("ValidationException"):
        kms.create_key(KeySpec="ECC_NIST_P256")
    key = make(kms, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    found = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (found["KeySpec"], found["KeyUsage"], found["SigningAlgorithms"]) == (
        "ECC_NIST_P256",
        "SIGN_VERIFY",
        ["ECDSA_SHA_256"],
    )
    digest = hashlib.sha256(b"report").digest()
    of_digest = {"KeyId": key, "Message": digest, "MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}
    raw = {"KeyId": key, "Message": b"report", "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = kms.sign(**of_digest)["Signature"]
    # Who hashes it makes no difference.
    assert kms.verify(**raw, Signature=signature)["SignatureValid"]
    with refused("KMSInvalidSignatureException"):
        kms.verify(**raw | {"Message": b"another"}, Signature=signature)
    with refused("ValidationException"):
        kms.sign(**of_digest | {"Message": b"no digest"})
    public = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(signature, b"report", ec.ECDSA(hashes.SHA256()))


def test_a_key_that_signs_does_nothing_else(kms: Any) -> None:
    key = make(kms, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    with refused("InvalidKeyUsageException"):
        kms.encrypt(KeyId=key, Plaintext=b"x")
    with refused("UnsupportedOperationException"):
        kms.get_key_rotation_status(KeyId=key)
    with refused("UnsupportedOperationException"):
        kms.enable_key_rotation(KeyId=key)
    symmetric = make(kms)
    with refused("InvalidKeyUsageException"):
        kms.sign(KeyId=symmetric, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
    with refused("UnsupportedOperationException"):
        kms.get_public_key(KeyId=symmetric)
