"""Which key a call names, and whether its state allows the call."""

import base64
from typing import Any

from moto.kms.models import Key
from moto.kms.utils import _deserialize_ciphertext_blob

from aws import stores
from aws.call import Call
from aws.errors import AwsError, unsatisfied

# Only these take an alias for a key.
# https://docs.aws.amazon.com/kms/latest/developerguide/alias-using.html
BY_ALIAS = {
    "DescribeKey", "Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GetPublicKey", "Sign", "Verify", "GenerateMac",
    "VerifyMac",
}  # fmt: skip


def not_found(message: str) -> AwsError:
    return AwsError("NotFoundException", message)


def named(call: Call, name: str) -> Key:
    account, region, rest = call.account, call.region, name
    if name.startswith("arn:"):
        parts = name.split(":", 5)
        if len(parts) != 6 or parts[2] != "kms":
            raise AwsError("InvalidArnException", f"Invalid arn {name}")
        region, account, rest = parts[3], parts[4], parts[5].removeprefix("key/")
        if region != call.region:
            raise not_found(f"Invalid arn {region}")
    if rest.startswith("alias/"):
        if call.operation not in BY_ALIAS:
            raise not_found(f"Invalid keyId '{name}'")
        target = stores.aliases(account, region).get(rest)
        if target is None:
            raise not_found(f"Alias arn:aws:kms:{region}:{account}:{rest} is not found.")
        rest = target
    found = stores.kms(account, region).keys.get(rest)
    if found is None:
        raise not_found(f"Key 'arn:aws:kms:{region}:{account}:key/{rest}' does not exist")
    return found


def key(call: Call) -> Key:
    name: str = call.param("KeyId") or call.param("TargetKeyId") or ""
    if not name and call.operation in ("Decrypt", "ReEncrypt"):
        return of_ciphertext(call)
    if not name:
        raise unsatisfied("ValidationException", "keyId", None, "Member must not be null")
    return named(call, name)


def of_ciphertext(call: Call) -> Key:
    try:
        name = _deserialize_ciphertext_blob(base64.b64decode(call.required("CiphertextBlob"))).key_id
    except Exception as error:  # moto raises whatever its parser runs into
        raise AwsError("InvalidCiphertextException", "") from error
    return named(call, name)


def usable(found: Key) -> Key:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html#key-state-table"""
    if found.key_state == "Disabled":
        raise AwsError("DisabledException", f"{found.arn} is disabled.")
    return not_pending(found)


def not_pending(found: Key) -> Key:
    if found.key_state == "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{found.arn} is pending deletion.")
    return found


def page(call: Call, items: list[Any], most: int = 100) -> tuple[list[Any], dict[str, Any]]:
    size = int(call.param("Limit", most))
    if not 1 <= size <= 1000:
        raise unsatisfied("ValidationException", "limit", size, "Member must have value between 1 and 1000")
    start = 0
    if call.param("Marker"):
        if not call.params["Marker"].isdigit():
            raise AwsError("InvalidMarkerException", "Could not deserialize marker")
        start = int(call.params["Marker"])
    if start + size < len(items):
        return items[start : start + size], {"Truncated": True, "NextMarker": str(start + size)}
    return items[start:], {"Truncated": False}
