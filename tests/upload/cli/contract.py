"""The upload API's contract, as small as it can be, for tests of the command alone.

What it refuses, it refuses as the contract says; credentials are STS's own, and what arrived is S3's word. The real
API is tested beside this; here it can be told to be slow, busy or forgetful.
"""

import base64
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from upload.cli.account import Account
from upload.cli.provider import Provider, Refused

FIELDS = {"path", "size", "checksumCrc64nvme", "versionId"}


@dataclass
class Upload:
    id: str
    user: str
    opened: str
    state: str = "Open"
    receipt: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)

    def public(self, tenant: str) -> dict[str, Any]:
        found = {"uploadId": self.id, "tenant": tenant, "bucket": "landing", "state": self.state}
        found |= {"openedAt": self.opened}
        return found | ({"receipt": self.receipt} if self.receipt else {})


def text64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Contract(Provider):
    """Both servers on one port: /idp is the provider, all else the API."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.uploads: dict[str, Upload] = {}
        super().__init__()
        self.told_seconds: float | None = None  # how soon credentials are said to expire
        self.busy = 0  # calls to be answered with 429
        self.calls: list[str] = []
        self.lock = threading.Lock()
        contract = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers: dict[str, str] = {}
                try:
                    with contract.lock:
                        contract.calls.append(f"{self.command} {self.path}")
                        status, answer = contract.answer(self, body)
                except Refused as refused:
                    status, answer = refused.status, {"title": refused.title, "status": refused.status}
                    answer |= {"errors": refused.errors, "error": refused.title}
                    if refused.retry_after is not None:
                        headers["retry-after"] = str(refused.retry_after)
                data = json.dumps(answer).encode() if answer is not None else b""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = answer  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Any]:
        url = urlsplit(request.path)
        if url.path.startswith("/idp/"):
            return 200, self.provider(url.path, {k: v[0] for k, v in parse_qs(body.decode()).items()}, request)
        if self.busy > 0:
            self.busy -= 1
            raise Refused(429, "Too many requests", retry_after=0)
        if url.path == "/v1/discovery":
            known = {"issuer": f"{self.url}/idp", "audience": "cloister-upload", "clientId": "cli"}
            return 200, known | {"scopes": ["openid", "offline_access"], "deviceAuthorization": True}
        if url.path == "/v1/keys":
            numbers = self.key.public_key().public_numbers()
            x, y = (text64(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
            return 200, {"keys": [{"kty": "EC", "crv": "P-256", "kid": "k", "alg": "ES256", "x": x, "y": y}]}
        token = (request.headers.get("authorization") or "").removeprefix("Bearer ")
        if self.tokens.get(token, 0) < time.time():
            raise Refused(401, "Unauthorized")
        return self.authorised(request.command, url.path.split("/")[2:], json.loads(body or b"{}"))

    def authorised(self, method: str, path: list[str], body: Any) -> tuple[int, Any]:
        match (method, path):
            case ("GET", ["buckets"]):
                return 200, {"buckets": [{"tenant": "acme", "bucket": "landing"}]}
            case ("GET", ["uploads"]):
                return 200, {"uploads": [upload.public("acme") for upload in reversed(self.uploads.values())]}
            case ("POST", ["uploads"]):
                return 201, self.open(body)
            case ("GET", ["uploads", name]):
                return 200, self.known(name).public("acme")
            case ("DELETE", ["uploads", name]):
                self.known(name).state = "Aborted"
                return 204, None
            case ("POST", ["uploads", name, "credentials"]):
                return 200, {"credentials": self.credentials(self.known(name, "Open").id)}
            case ("POST", ["uploads", name, "complete"]):
                return 200, self.complete(self.known(name, "Open", "Completed"), body)
        raise Refused(404, "Not found")

    def known(self, name: str, *states: str) -> Upload:
        found = self.uploads.get(name)
        if found is None:
            raise Refused(404, "No such upload")
        if states and found.state not in states:
            raise Refused(409, f"The upload is {found.state}")
        return found

    def open(self, body: dict[str, Any]) -> dict[str, Any]:
        if (body.get("tenant"), body.get("bucket")) != ("acme", "landing"):
            raise Refused(403, "You may not upload there")
        name = base64.b32encode(secrets.token_bytes(16)).rstrip(b"=").decode().lower()
        self.uploads[name] = Upload(name, "ann", datetime.now(UTC).isoformat())
        return {
            "uploadId": name, "tenant": "acme", "bucket": "landing", "state": "Open",
            "s3": self.account.destination(f"acme/{name}/"), "credentials": self.credentials(name),
        }  # fmt: skip

    def credentials(self, name: str) -> dict[str, str]:
        given = self.account.session(f"acme/{name}/")
        if self.told_seconds is not None:
            given["expiration"] = (datetime.now(UTC) + timedelta(seconds=self.told_seconds)).isoformat()
        return given

    def complete(self, upload: Upload, body: dict[str, Any]) -> dict[str, Any]:
        errors, files = [], []
        for number, told in enumerate(body["files"]):
            assert set(told) <= FIELDS, "a field that the contract does not have"
            found = self.account.head(f"acme/{upload.id}/{told['path']}", told.get("versionId"))
            if found is None or (found["size"], found["checksum"]) != (told["size"], told["checksumCrc64nvme"]):
                errors.append({"field": f"files[{number}]", "problem": "is not what arrived", "expected": "the same"})
            else:
                files.append(told | {"versionId": found["version"]})
        if errors:
            raise Refused(409, "What arrived is not what was told", *errors)
        upload.state, upload.files = "Completed", files
        upload.receipt = self.signed(upload)
        return upload.public("acme")

    def signed(self, upload: Upload) -> str:
        payload: dict[str, Any] = {
            "iss": self.url,
            "uploadId": upload.id,
            "tenant": "acme",
            "bucket": "landing",
            "user": upload.user,
        }
        payload |= {"completedAt": datetime.now(UTC).isoformat(), "files": upload.files}
        head = text64(json.dumps({"alg": "ES256", "kid": "k"}).encode())
        text = f"{head}.{text64(json.dumps(payload).encode())}"
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{text64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
