"""Acts on the tenant's key."""

import json

from e2e.careless.act import Act, Target, document


def _key(target: Target) -> str:
    return f"kms-key/alias/cloister/{target.tenant}"


def _rotation(target: Target) -> object:
    answer = target.aws.kms.get_key_rotation_status(KeyId=target.key_arn)
    return answer["KeyRotationEnabled"], answer.get("RotationPeriodInDays")


def _policy(target: Target) -> object:
    answer = target.aws.kms.get_key_policy(KeyId=target.key_arn, PolicyName="default")
    return document(answer["Policy"])


def _unguard(target: Target) -> object:
    """Has to come first: the key's own policy denies its deletion to administrators, too."""
    root = f"arn:aws:iam::{target.aws.number}:root"
    statement = {
        "Sid": "Root",
        "Effect": "Allow",
        "Principal": {"AWS": root},
        "Action": "kms:*",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return target.aws.kms.put_key_policy(KeyId=target.key_arn, Policy=policy)


def _state(target: Target) -> object:
    return target.aws.kms.describe_key(KeyId=target.key_arn)["KeyMetadata"]["KeyState"]


def _schedule_deletion(target: Target) -> object:
    _unguard(target)
    return target.aws.kms.schedule_key_deletion(KeyId=target.key_arn, PendingWindowInDays=7)


def _stop_rotation(target: Target) -> object:
    return target.aws.kms.disable_key_rotation(KeyId=target.key_arn)


# Rotation first: KMS changes nothing of a key that is about to be deleted.
ACTS = [
    Act("turns key rotation off", "ClientTenant", _key, "rotation", _stop_rotation, _rotation),
    Act("hands the key to everybody", "ClientTenant", _key, "policy", _unguard, _policy),
    Act(
        "schedules the key's deletion",
        "ClientTenant",
        _key,
        "state",
        _schedule_deletion,
        _state,
    ),
]
