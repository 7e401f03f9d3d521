"""Settings of a whole account or region."""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, STAGING, Call, Emulator, refused

ALL = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
NONE = dict.fromkeys(ALL, False)
PUBLIC = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",'
    ' "Resource": "arn:aws:s3:::bucket/*"}]}'
)


def control(aws: Emulator, credentials: dict[str, str] | None = None, account: str = PRODUCTION) -> Any:
    """Its endpoint is an address, before which the account makes no host."""
    client = aws.client("s3control", credentials)

    def whole(params: dict[str, Any], **_: Any) -> None:
        params["url"] = params["url"].replace(f"{account}.", "")

    client.meta.events.register("before-call.s3-control", whole)
    return client


def test_an_account_blocks_nothing_until_it_is_told_to(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetPublicAccessBlock.html"""
    s3 = control(aws)
    with refused("NoSuchPublicAccessBlockConfiguration", 404):
        s3.get_public_access_block(AccountId=PRODUCTION)
    s3.put_public_access_block(AccountId=PRODUCTION, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    found = s3.get_public_access_block(AccountId=PRODUCTION)["PublicAccessBlockConfiguration"]
    assert found == NONE | {"BlockPublicAcls": True}
    s3.delete_public_access_block(AccountId=PRODUCTION)
    with refused("NoSuchPublicAccessBlockConfiguration", 404):
        s3.get_public_access_block(AccountId=PRODUCTION)


def test_what_an_account_blocks_no_bucket_of_it_allows(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="one", Body=b"1")
    s3.put_public_access_block(Bucket="bucket", PublicAccessBlockConfiguration=NONE)
    s3.put_bucket_policy(Bucket="bucket", Policy=PUBLIC)
    stranger = aws.client("s3", aws.credentials(STAGING))
    stranger.get_object(Bucket="bucket", Key="one")

    control(aws).put_public_access_block(AccountId=PRODUCTION, PublicAccessBlockConfiguration=ALL)
    with refused("AccessDenied", 403):
        stranger.get_object(Bucket="bucket", Key="one")
    with refused("AccessDenied", 403, "BlockPublicPolicy"):
        s3.put_bucket_policy(Bucket="bucket", Policy=PUBLIC)


def test_the_block_of_another_account_is_nobodys_to_set(aws: Emulator) -> None:
    s3 = control(aws, aws.credentials(STAGING))
    with refused("AccessDenied", 403):
        s3.put_public_access_block(AccountId=PRODUCTION, PublicAccessBlockConfiguration=ALL)


def test_snapshots_are_blocked_by_region(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableSnapshotBlockPublicAccess.html"""
    here, there = aws.client("ec2"), aws.client("ec2", region="us-west-2")
    assert here.get_snapshot_block_public_access_state()["State"] == "unblocked"
    assert here.enable_snapshot_block_public_access(State="block-all-sharing")["State"] == "block-all-sharing"
    assert here.get_snapshot_block_public_access_state()["State"] == "block-all-sharing"
    assert there.get_snapshot_block_public_access_state()["State"] == "unblocked"
    with refused("InvalidParameterValue"):
        here.enable_snapshot_block_public_access(State="unblocked")
    assert here.disable_snapshot_block_public_access()["State"] == "unblocked"


def test_a_password_policy_is_replaced_as_a_whole(aws: Emulator) -> None:
    """ "If you don't specify a value for a parameter, IAM uses the default value for that parameter."

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
    """
    iam = aws.client("iam")
    with refused("NoSuchEntity", 404):
        iam.get_account_password_policy()
    iam.update_account_password_policy(MinimumPasswordLength=20, HardExpiry=True, MaxPasswordAge=30)
    iam.update_account_password_policy(RequireNumbers=True)
    found = iam.get_account_password_policy()["PasswordPolicy"]
    assert (found["MinimumPasswordLength"], found["RequireNumbers"], found["HardExpiry"]) == (6, True, False)
    assert (found["ExpirePasswords"], found.get("MaxPasswordAge", 0)) == (False, 0)
    with refused("ValidationError", 400):
        iam.update_account_password_policy(MinimumPasswordLength=129)
    iam.delete_account_password_policy()
    with refused("NoSuchEntity", 404):
        iam.get_account_password_policy()


def test_the_provisioner_tightens_and_never_loosens(aws: Emulator) -> None:
    given = aws.assume()
    s3, ec2, iam = control(aws, given), aws.client("ec2", given), aws.client("iam", given)
    s3.put_public_access_block(AccountId=PRODUCTION, PublicAccessBlockConfiguration=ALL)
    s3.get_public_access_block(AccountId=PRODUCTION)
    ec2.enable_ebs_encryption_by_default()
    ec2.get_ebs_encryption_by_default()
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")
    ec2.get_snapshot_block_public_access_state()
    iam.update_account_password_policy(MinimumPasswordLength=14)
    iam.get_account_password_policy()
    loosening: list[tuple[str, Call]] = [
        ("UnauthorizedOperation", ec2.disable_ebs_encryption_by_default),
        ("UnauthorizedOperation", ec2.disable_snapshot_block_public_access),
        ("AccessDenied", iam.delete_account_password_policy),
    ]
    for code, call in loosening:
        with refused(code, 403):
            call()
    assert aws.violations() == []


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_a_reset_forgets_what_an_account_has_set(aws: Emulator, region: str) -> None:
    aws.client("ec2", region=region).enable_snapshot_block_public_access(State="block-new-sharing")
    aws.client("ec2", region=region).enable_ebs_encryption_by_default()
    control(aws).put_public_access_block(AccountId=PRODUCTION, PublicAccessBlockConfiguration=ALL)
    aws.client("iam").update_account_password_policy(MinimumPasswordLength=14)
    aws.reset()
    ec2 = aws.client("ec2", region=region)
    assert ec2.get_snapshot_block_public_access_state()["State"] == "unblocked"
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    with refused("NoSuchPublicAccessBlockConfiguration"):
        control(aws).get_public_access_block(AccountId=PRODUCTION)
    with refused("NoSuchEntity"):
        aws.client("iam").get_account_password_policy()
