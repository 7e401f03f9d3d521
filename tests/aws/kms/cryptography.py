"""Using a key: moto's ciphers behind AWS's rules about key states."""

import base64
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from moto.kms.models import Key, KmsBackend

from aws import stores
from aws.call import Call
from aws.errors import AwsError, unsatisfied
from aws.kms import lookup
from aws.registry import answers

SIZES = {"AES_256": 32, "AES_128": 16}


def _backend(key: Key) -> KmsBackend:
    return stores.kms(key.account_id, key.region)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _for(usage: str, key: Key) -> Key:
    if key.key_usage != usage:
        raise AwsError("InvalidKeyUsageException", f"{key.arn} key usage is {key.key_usage} which is not valid.")
    return key


@answers("kms", "Encrypt")
def encrypt(call: Call) -> dict[str, Any]:
    key = _for("ENCRYPT_DECRYPT", lookup.usable(lookup.key(call)))
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
    key = _for("ENCRYPT_DECRYPT", lookup.usable(lookup.key(call)))
    size = SIZES.get(call.param("KeySpec", ""), call.param("NumberOfBytes"))
    if size is None:
        raise AwsError("ValidationException", "Please specify either number of bytes or key spec.")
    plain, blob, arn = _backend(key).generate_data_key(key.id, call.param("EncryptionContext", {}), int(size), "")
    view = {"CiphertextBlob": _encode(blob), "KeyId": arn}
    return view | ({"Plaintext": _encode(plain)} if call.operation == "GenerateDataKey" else {})


def _signed(call: Call) -> tuple[bytes, ec.ECDSA]:
    """The message as it is signed: "RAW" ones are hashed by KMS, "DIGEST" ones are by the caller."""
    message = base64.b64decode(call.required("Message"))
    if not 1 <= len(message) <= 4096:
        raise unsatisfied("ValidationException", "message", None, "Member must have length less than or equal to 4096")
    if call.required("SigningAlgorithm") != "ECDSA_SHA_256":
        raise AwsError("InvalidKeyUsageException", f"{call.params['SigningAlgorithm']} is not valid for this key.")
    if call.param("MessageType", "RAW") != "DIGEST":
        return message, ec.ECDSA(SHA256())
    if len(message) != SHA256.digest_size:
        raise AwsError("ValidationException", "Digest is invalid length for algorithm ECDSA_SHA_256.")
    return message, ec.ECDSA(Prehashed(SHA256()))


def _private(key: Key) -> ec.EllipticCurvePrivateKey:
    found: ec.EllipticCurvePrivateKey = key.private_key.private_key  # type: ignore[attr-defined]
    return found


@answers("kms", "Sign")
def sign(call: Call) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html"""
    key = _for("SIGN_VERIFY", lookup.usable(lookup.key(call)))
    message, algorithm = _signed(call)
    signature = _private(key).sign(message, algorithm)
    return {"KeyId": key.arn, "Signature": _encode(signature), "SigningAlgorithm": "ECDSA_SHA_256"}


@answers("kms", "Verify")
def verify(call: Call) -> dict[str, Any]:
    key = _for("SIGN_VERIFY", lookup.usable(lookup.key(call)))
    message, algorithm = _signed(call)
    try:
        _private(key).public_key().verify(base64.b64decode(call.required("Signature")), message, algorithm)
    except InvalidSignature as error:
        raise AwsError("KMSInvalidSignatureException", "") from error
    return {"KeyId": key.arn, "SignatureValid": True, "SigningAlgorithm": "ECDSA_SHA_256"}


@answers("kms", "GetPublicKey")
def public_key(call: Call) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html"""
    key = lookup.usable(lookup.key(call))
    if key.key_spec == "SYMMETRIC_DEFAULT":
        raise AwsError("UnsupportedOperationException", f"{key.arn} is not asymmetric.")
    held = {"KeySpec": key.key_spec, "KeyUsage": key.key_usage, "SigningAlgorithms": ["ECDSA_SHA_256"]}
    return {"KeyId": key.arn, "PublicKey": _encode(key.private_key.public_key())} | held
