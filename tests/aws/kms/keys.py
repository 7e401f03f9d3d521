"""Keys and their states. https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html"""

from datetime import timedelta
from typing import Any

from moto.core.utils import unix_time, utcnow
from moto.kms.models import Key

from aws import stores
from aws.call import Call
from aws.errors import NOT_IMPLEMENTED, AwsError, unsatisfied
from aws.kms import lookup, policies
from aws.kms.tags import read_tags
from aws.registry import answers

# What a key of a kind is for.
USAGES = {"SYMMETRIC_DEFAULT": "ENCRYPT_DECRYPT", "ECC_NIST_P256": "SIGN_VERIFY"}


def describe(key: Key) -> dict[str, Any]:
    view: dict[str, Any] = key.to_dict()["KeyMetadata"]
    # moto dates a pending deletion but has no field names of its own for absence.
    return {name: value for name, value in view.items() if value not in (None, [])} | {"MultiRegion": key.multi_region}


@answers("kms", "CreateKey")
def create_key(call: Call) -> dict[str, Any]:
    spec, usage = call.param("KeySpec", "SYMMETRIC_DEFAULT"), call.param("KeyUsage", "ENCRYPT_DECRYPT")
    if call.param("MultiRegion") or spec not in USAGES or call.param("Origin", "AWS_KMS") != "AWS_KMS":
        raise AwsError("NotImplemented", f"the emulator makes single-region keys of {list(USAGES)}", NOT_IMPLEMENTED)
    if usage != USAGES[spec]:
        raise AwsError("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}")
    tags = read_tags(call)
    description = call.param("Description", "")
    if len(description) > 8192:
        raise unsatisfied(
            "ValidationException", "description", None, "Member must have length less than or equal to 8192"
        )
    key = stores.new_key(call.param("Policy"), usage, description, call.account, call.region, spec)
    # The tags first: the caller's right to PutKeyPolicy may rest on them.
    stores.key_record(key).tags = tags
    policies.check(call, key, key.policy, bool(call.param("BypassPolicyLockoutSafetyCheck")))
    stores.kms(call.account, call.region).keys[key.id] = key
    call.resource = key.arn
    return {"KeyMetadata": describe(key)}


@answers("kms", "DescribeKey")
def describe_key(call: Call) -> dict[str, Any]:
    return {"KeyMetadata": describe(lookup.key(call))}


@answers("kms", "ListKeys")
def list_keys(call: Call) -> dict[str, Any]:
    found, more = lookup.page(call, list(stores.kms(call.account, call.region).keys.values()))
    return {"Keys": [{"KeyId": key.id, "KeyArn": key.arn} for key in found]} | more


@answers("kms", "UpdateKeyDescription")
def update_description(call: Call) -> None:
    lookup.not_pending(lookup.key(call)).description = call.param("Description", "")


@answers("kms", "EnableKey")
def enable_key(call: Call) -> None:
    _state(lookup.not_pending(lookup.key(call)), "Enabled")


@answers("kms", "DisableKey")
def disable_key(call: Call) -> None:
    _state(lookup.not_pending(lookup.key(call)), "Disabled")


@answers("kms", "ScheduleKeyDeletion")
def schedule_deletion(call: Call) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html"""
    key = lookup.not_pending(lookup.key(call))
    days = int(call.param("PendingWindowInDays", 30))
    if not 7 <= days <= 30:
        raise unsatisfied("ValidationException", "pendingWindowInDays", days, "Member must have value between 7 and 30")
    key.deletion_date = utcnow() + timedelta(days=days)
    _state(key, "PendingDeletion")
    return {
        "KeyId": key.arn,
        "DeletionDate": unix_time(key.deletion_date),
        "KeyState": key.key_state,
        "PendingWindowInDays": days,
    }


@answers("kms", "CancelKeyDeletion")
def cancel_deletion(call: Call) -> dict[str, Any]:
    """Leaves the key disabled: whoever cancels must enable it too."""
    key = lookup.key(call)
    if key.key_state != "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    key.deletion_date = None
    _state(key, "Disabled")
    return {"KeyId": key.arn}


def _state(key: Key, state: str) -> None:
    key.key_state = state
    key.enabled = state == "Enabled"


def _that_turns(key: Key) -> Key:
    """ "You cannot enable automatic key rotation of asymmetric KMS keys": none of the three calls takes one."""
    if key.key_spec != "SYMMETRIC_DEFAULT":
        raise AwsError("UnsupportedOperationException", f"{key.arn} is not symmetric.")
    return key


@answers("kms", "GetKeyRotationStatus")
def rotation_status(call: Call) -> dict[str, Any]:
    key = _that_turns(lookup.key(call))
    # "While a KMS key is pending deletion, its key rotation status is false"; a cancelled deletion brings it back.
    enabled = key.key_rotation_status and key.key_state != "PendingDeletion"
    view: dict[str, Any] = {"KeyRotationEnabled": enabled, "KeyId": key.arn}
    if enabled:
        period = stores.key_record(key).rotation_period
        view |= {"RotationPeriodInDays": period, "NextRotationDate": key.creation_date + period * 86400}
    return view


@answers("kms", "EnableKeyRotation")
def enable_rotation(call: Call) -> None:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html"""
    key = _that_turns(lookup.usable(lookup.key(call)))
    period = call.param("RotationPeriodInDays")
    if period is not None and not 90 <= int(period) <= 2560:
        raise unsatisfied(
            "ValidationException", "rotationPeriodInDays", period, "Member must have value between 90 and 2560"
        )
    record = stores.key_record(key)
    if period is not None:
        record.rotation_period = int(period)
    elif not key.key_rotation_status:
        record.rotation_period = 365
    key.key_rotation_status = True


@answers("kms", "DisableKeyRotation")
def disable_rotation(call: Call) -> None:
    _that_turns(lookup.usable(lookup.key(call))).key_rotation_status = False
