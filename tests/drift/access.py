"""Flips of the key, of policies and of roles."""

import json
from typing import Any

from drift.documents import flipped
from e2e.account import Account

_OPEN = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}


def flip_key(aws: Account, alias: str, path: str) -> None:
    kms: Any = aws.kms
    key = kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
    part, _, rest = path.partition(".")
    match part:
        case "alias":
            kms.delete_alias(AliasName=alias)
        case "policy":
            text = flipped(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"], rest)
            kms.put_key_policy(KeyId=key, PolicyName="default", Policy=text)
        case "rotation" if rest == "enabled":
            kms.disable_key_rotation(KeyId=key)
        case "rotation":
            kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=2560)
        case "state":
            # The key's own policy guards it, so who disables it changes that first.
            unguarded = json.dumps({"Version": "2012-10-17", "Statement": [_OPEN]})
            kms.put_key_policy(KeyId=key, PolicyName="default", Policy=unguarded)
            kms.disable_key(KeyId=key)
        case "tags":
            kms.tag_resource(KeyId=key, Tags=[{"TagKey": rest, "TagValue": "elsewhere"}])
        case _:
            raise AssertionError(f"no flip for {path} of a key")


def flip_policy(aws: Account, name: str, path: str) -> None:
    iam: Any = aws.iam
    arn = f"arn:aws:iam::{aws.number}:policy/cloister/{name}"
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    default = next(v["VersionId"] for v in versions if v["IsDefaultVersion"])
    held = iam.get_policy_version(PolicyArn=arn, VersionId=default)["PolicyVersion"]["Document"]
    if len(versions) == 5:
        iam.delete_policy_version(PolicyArn=arn, VersionId=versions[-1]["VersionId"])
    text = flipped(json.dumps(held), path.removeprefix("document."))
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)


def flip_role(aws: Account, name: str, path: str, stray_policy: str) -> None:
    iam: Any = aws.iam
    part, _, rest = path.partition(".")
    match part:
        case "attached":
            iam.attach_role_policy(RoleName=name, PolicyArn=stray_policy)
        case "inline":
            statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
            text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_role_policy(RoleName=name, PolicyName="quick-fix", PolicyDocument=text)
        case "boundary":
            iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=stray_policy)
        case "trust":
            held = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
            text = flipped(json.dumps(held), rest)
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=text)
        case "tags":
            iam.tag_role(RoleName=name, Tags=[{"Key": rest, "Value": "elsewhere"}])
        case _:
            raise AssertionError(f"no flip for {path} of a role")
