"""Somebody who uploads: a token, the API, and S3 by the credentials that it gives."""

import base64
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
import requests
from awscrt import checksums
from botocore.config import Config

from e2e.loopback import HTTP
from local.provider import Provider

Json = dict[str, Any]
CLIENT = "cloister-upload-cli"
_ONCE = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})


def crc64nvme(data: bytes) -> str:
    return base64.b64encode(checksums.crc64nvme(data).to_bytes(8, "big")).decode()


def device_login(provider: Provider, user: str) -> Json:
    """As the tool does it, and the person at the verification page."""
    asked = HTTP.post(
        f"{provider.issuer}/device/auth", data={"client_id": CLIENT, "scope": "openid offline_access"}, timeout=10
    ).json()
    provider.approve(asked["user_code"], user)
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    told = {"grant_type": grant, "client_id": CLIENT, "device_code": asked["device_code"]}
    answer = HTTP.post(f"{provider.issuer}/token", data=told, timeout=10)
    answer.raise_for_status()
    tokens: Json = answer.json()
    return tokens


def claims(provider: Provider, **more: Any) -> Json:
    """What a token of ann's says; what is None is left out."""
    now = int(time.time())
    usual = {
        "iss": provider.issuer,
        "aud": "cloister-upload",
        "sub": "ann",
        "iat": now,
        "exp": now + 600,
        "groups": ["acme-uploaders"],
        "amr": ["pwd", "mfa"],
    }
    return {name: value for name, value in (usual | more).items() if value is not None}


def signed(provider: Provider, *, header: Json | None = None, stranger: bool = False, **more: Any) -> str:
    """A token with the provider's own signature, or a stranger's under its key's name."""
    said = provider.ask("token", claims=claims(provider, **more), header=header or {}, stranger=stranger)
    token: str = said["token"]
    return token


@dataclass
class Caller:
    url: str
    token: str
    verify: Any = True

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return HTTP.request(method, self.url + path, headers=headers, timeout=60, verify=self.verify, **more)

    def open(self, tenant: str = "acme", bucket: str = "landing", **more: Any) -> "Upload":
        answer = self.ask("POST", "/v1/uploads", json={"tenant": tenant, "bucket": bucket} | more)
        assert answer.status_code == 201, answer.text
        return Upload(self, answer.json())


@dataclass
class Upload:
    caller: Caller
    opened: Json
    files: list[Json] = field(default_factory=list)

    @property
    def id(self) -> str:
        name: str = self.opened["uploadId"]
        return name

    @property
    def path(self) -> str:
        return f"/v1/uploads/{self.id}"

    @property
    def bucket(self) -> str:
        name: str = self.opened["s3"]["bucket"]
        return name

    @property
    def prefix(self) -> str:
        prefix: str = self.opened["s3"]["prefix"]
        return prefix

    @cached_property
    def s3(self) -> Any:
        return s3_by(self.opened["credentials"], self.opened["s3"])

    def put(self, path: str, body: bytes, **more: Any) -> Json:
        """Uploads a file, and what is to be said of it."""
        more = {"ChecksumAlgorithm": "CRC64NVME"} | more
        done = self.s3.put_object(Bucket=self.bucket, Key=self.prefix + path, Body=body, **more)
        said = {
            "path": path, "size": len(body), "checksumCrc64nvme": crc64nvme(body), "versionId": done["VersionId"],
            "etag": done["ETag"],
        }  # fmt: skip
        self.files.append(said)
        return said

    def complete(self, files: list[Json] | None = None) -> requests.Response:
        return self.caller.ask("POST", f"{self.path}/complete", json={"files": self.files if files is None else files})

    def renew(self, **more: Any) -> requests.Response:
        return self.caller.ask("POST", f"{self.path}/credentials", json=more)

    def status(self) -> Json:
        answer = self.caller.ask("GET", self.path)
        assert answer.status_code == 200, answer.text
        said: Json = answer.json()
        return said

    def abort(self) -> requests.Response:
        return self.caller.ask("DELETE", self.path)


# What is tried with it is not what the stubs allow.
def s3_by(credentials: Json, where: Json) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=where["endpoint"],
        region_name=where["region"],
        aws_access_key_id=credentials["accessKeyId"],
        aws_secret_access_key=credentials["secretAccessKey"],
        aws_session_token=credentials["sessionToken"],
        config=_ONCE,
    )
