"""Using a key: moto's ciphers behind AWS's rules about key states."""

import base64
from typing import Any

from moto.kms.models import Key, KmsBackend

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.kms import lookup
from aws.registry import answers

SIZES = {"AES_256": 32, "AES_128": 16}


def _backend(key: Key) -> KmsBackend:
    return stores.kms(key.account_id, key.region)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


@answers("kms", "Encrypt")
def encrypt(call: Call) -> dict[str, Any]:
    key = lookup.usable(lookup.key(call))
    blob, arn = _backend(key).encrypt(
        key.id, base64.b64decode(call.required("Plaintext")), call.param("EncryptionContext", {})
    )
    return {"CiphertextBlob": _encode(blob), "KeyId": arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}


@answers("kms", "Decrypt")
def decrypt(call: Call) -> dict[str, Any]:
    key = lookup.usable(lookup.of_ciphertext(call))
    if call.param("KeyId") and lookup.named(call, call.params["KeyId"]).id != key.id:
        raise AwsError(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        )
    try:
        plain, arn = _backend(key).decrypt(
            base64.b64decode(call.params["CiphertextBlob"]), call.param("EncryptionContext", {})
        )
    except Exception as error:  # a wrong context shows in moto's cipher as a bad tag
        raise AwsError("InvalidCiphertextException", "") from error
    return {"Plaintext": _encode(plain), "KeyId": arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}


@answers("kms", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext")
def generate_data_key(call: Call) -> dict[str, Any]:
    key = lookup.usable(lookup.key(call))
    size = SIZES.get(call.param("KeySpec", ""), call.param("NumberOfBytes"))
    if size is None:
        raise AwsError("ValidationException", "Please specify either number of bytes or key spec.")
    plain, blob, arn = _backend(key).generate_data_key(key.id, call.param("EncryptionContext", {}), int(size), "")
    view = {"CiphertextBlob": _encode(blob), "KeyId": arn}
    return view | ({"Plaintext": _encode(plain)} if call.operation == "GenerateDataKey" else {})
