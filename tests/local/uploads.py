"""What the upload API and its users need on the local platform: an identity provider, a key, credentials, addresses."""

import json
import shlex
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from aws.accounts import LOGIN, UPLOAD_ROLE
from local.client import Client
from local.errors import PlatformError
from local.platform import Platform
from local.provider import Provider

# Where the API listens by default.
URL = "http://127.0.0.1:9443"
# A second factor of people, and what stands in its place for a service.
SECOND_FACTORS = {"CLOISTER_UPLOAD_MFA_AMR": "mfa", "CLOISTER_UPLOAD_MFA_ACR": "urn:cloister:service"}


def env_file(directory: Path) -> Path:
    """To be sourced after `env`, for the API alone: its credentials are not the operator's."""
    return directory / "upload-env"


def start(platform: Platform) -> None:
    provider = Provider(platform.directory, platform.processes).start()
    told = SECOND_FACTORS | credentials(platform.aws.addresses.control)
    told |= {
        "CLOISTER_UPLOAD_NAME": URL,
        "CLOISTER_UPLOAD_ISSUER": provider.issuer,
        "CLOISTER_UPLOAD_RECEIPT_KEY": str(receipt_key(platform.directory)),
        "CLOISTER_UPLOAD_AUDIT_LOG": str(platform.directory / "upload-audit.jsonl"),
        "CLOISTER_UPLOAD_LOG_FORMAT": "text",
    }
    file = env_file(platform.directory)
    file.touch(0o600)
    file.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in told.items()))


def clear(directory: Path) -> None:
    for name in (env_file(directory).name, "receipt.pem", "oidc.json", "upload-audit.jsonl"):
        (directory / name).unlink(missing_ok=True)


def approve(platform: Platform, code: str, user: str) -> None:
    """As the person in the browser does."""
    provider = Provider(platform.directory, platform.processes)
    if not provider.port_file.exists():
        raise PlatformError("The local platform is not up: make up")
    provider.approve(code, user)


def credentials(control: str) -> dict[str, str]:
    """Of the API's role, as the environment of an SDK."""
    asked = urlencode({"account": LOGIN, "role": UPLOAD_ROLE, "session": "cloister-upload"})
    status, said = Client(control).get(f"{urlsplit(control).path}/credentials?{asked}")
    if status != 200:
        raise PlatformError(f"the AWS emulator gave no credentials of {UPLOAD_ROLE}: {status}")
    names = {
        "AWS_ACCESS_KEY_ID": "access_key_id",
        "AWS_SECRET_ACCESS_KEY": "secret_access_key",
        "AWS_SESSION_TOKEN": "session_token",
    }
    given = json.loads(said)
    return {name: given[field] for name, field in names.items()}


def receipt_key(directory: Path) -> Path:
    path = directory / "receipt.pem"
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        shape = serialization.PrivateFormat.PKCS8
        pem = key.private_bytes(serialization.Encoding.PEM, shape, serialization.NoEncryption())
        path.touch(0o600)
        path.write_bytes(pem)
    return path
