"""Flips of the account's own settings."""

from typing import Any

from botocore.exceptions import ClientError

from drift import detection
from e2e.account import Account


def block(aws: Account, _: str) -> Any:
    return aws.s3control.get_public_access_block(AccountId=aws.number)["PublicAccessBlockConfiguration"]


def encryption(aws: Account, _: str) -> Any:
    return aws.ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]


def snapshots(aws: Account, _: str) -> Any:
    return aws.ec2.get_snapshot_block_public_access_state()["State"]


def passwords(aws: Account, _: str) -> Any:
    return aws.iam.get_account_password_policy()["PasswordPolicy"]


READ = {
    "account-public-access-block": block,
    "ebs-encryption": encryption,
    "snapshot-block-public-access": snapshots,
    "password-policy": passwords,
    "guardduty-detector": detection.detector,
    "config-recorder": detection.recorder,
}
# Looser than they should be.
_PASSWORDS: dict[str, dict[str, Any]] = {
    "minimumLength": {"MinimumPasswordLength": 13},
    "requireSymbols": {"RequireSymbols": False},
    "requireNumbers": {"RequireNumbers": False},
    "requireUppercase": {"RequireUppercaseCharacters": False},
    "requireLowercase": {"RequireLowercaseCharacters": False},
    "reusePrevention": {"PasswordReusePrevention": 23},
    "maxAgeDays": {"MaxPasswordAge": 91},
    "usersMayChange": {"AllowUsersToChangePassword": False},
}


def flip_guardrail(aws: Account, kind: str, path: str) -> None:
    match kind:
        case "account-public-access-block":
            flag = path[0].upper() + path[1:]
            given = block(aws, "") | {flag: False}
            aws.s3control.put_public_access_block(AccountId=aws.number, PublicAccessBlockConfiguration=given)
        case "ebs-encryption":
            aws.ec2.disable_ebs_encryption_by_default()
        case "snapshot-block-public-access":
            aws.ec2.enable_snapshot_block_public_access(State="block-new-sharing")
        case "password-policy":
            change_passwords(aws, **_PASSWORDS[path])
        case "guardduty-detector":
            detection.flip_detector(aws, path)
        case "config-recorder":
            detection.flip_recorder(aws, path)
        case _:
            raise AssertionError(f"no flip for {path} of {kind}")


def change_passwords(aws: Account, **changes: Any) -> None:
    """IAM replaces the whole policy; ExpirePasswords only tells of the age."""
    try:
        held = passwords(aws, "")
    except ClientError:
        held = {}
    iam: Any = aws.iam
    iam.update_account_password_policy(**{k: v for k, v in held.items() if k != "ExpirePasswords"} | changes)
