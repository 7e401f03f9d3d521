"""The emulator, the identity provider, an application, and doors before it; no cluster is needed."""

import gzip
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from door.browser import Browser
from door.server import HOST, Door
from door.upstream import Application, serving
from e2e.account import AUDIT, PRODUCTION, Account, Endpoints
from e2e.loopback import HTTP
from local.emulator import Emulator
from local.pki import Pki
from local.processes import Processes
from local.provider import Provider

CLIENT = "acme-claims"
TABLE = "cloister-acme-health-claims-1f0c2a9b"
BUCKET = "cloister-audit-444444444444"
# What no log and no metric may hold.
PHI = "john-doe-hiv"


@dataclass
class Scene:
    directory: Path
    processes: Processes
    emulator: Emulator
    provider: Provider
    pki: Pki
    application: Application
    upstream: dict[str, Any]
    doors: list[Door] = field(default_factory=list)

    @property
    def control(self) -> str:
        return self.emulator.addresses.control

    def endpoints(self) -> Endpoints:
        return Endpoints.read(self.emulator.port_file)

    def account(self, number: str = PRODUCTION) -> Account:
        return Account(self.endpoints(), number)

    def make_door(self, name: str, *options: str, **changed: Any) -> Door:
        """Not started. What is changed of the configuration is named by its section."""
        directory = self.directory / name
        directory.mkdir()
        door = Door(name, directory, self.processes, self._environment(), {}, options)
        door.take_ports()
        secret = directory / "client-secret"
        origins = [f"https://{HOST}:{one.port}" for one in (*self.doors, door)]
        secret.write_text(self.provider.app(CLIENT, *origins) + "\n")
        (directory / "pseudonyms").write_bytes(bytes(range(32)))
        certificate, key = self.pki.host(name, HOST)
        config: dict[str, Any] = {
            "tenant": "acme-health", "app": "claims", "host": HOST, "upstream": self.upstream, "healthPath": "/healthz",
            "signIn": {
                "issuer": self.provider.issuer, "clientId": CLIENT, "clientSecretFile": str(secret),
                "groupsClaim": "groups", "groups": ["acme-analysts"], "acr": [], "amr": ["mfa"],
            },
            "sessions": {"table": TABLE, "idleSeconds": 900, "absoluteSeconds": 28800, "warningSeconds": 60},
            "accessLog": {
                "bucket": BUCKET, "bucketOwner": AUDIT, "bucketRegion": "us-east-1", "spool": str(directory / "spool"),
                "prefix": "app-access/acme-health/claims/", "routes": ["/", "/claims", "/claims/:id"],
                "pseudonymKeyFile": str(directory / "pseudonyms"),
            },
            "tls": {"certificateFile": str(certificate), "keyFile": str(key)},
        }  # fmt: skip
        for section, values in changed.items():
            config[section] = config[section] | values if isinstance(values, dict) else values
        door.config = config
        self.doors.append(door)
        return door

    def start_door(self, name: str, *options: str, **changed: Any) -> Door:
        door = self.make_door(name, *options, **changed)
        door.start()
        return door

    def browser(self, door: Door) -> Browser:
        return Browser(door, self.pki.authority)

    def shipped(self) -> dict[str, list[dict[str, Any]]]:
        """The records in the bucket, by key."""
        s3 = self.account(AUDIT).s3
        listed = s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        bodies = {one["Key"]: s3.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in listed}
        return {key: [json.loads(line) for line in gzip.decompress(body).splitlines()] for key, body in bodies.items()}

    @contextmanager
    def fault(self, **rule: Any) -> Iterator[None]:
        HTTP.post(f"{self.control}/faults", json={"id": "door"} | rule, timeout=10).raise_for_status()
        try:
            yield
        finally:
            HTTP.delete(f"{self.control}/faults", params={"id": "door"}, timeout=10)

    def _environment(self) -> dict[str, str]:
        asked = {"account": PRODUCTION, "role": "door", "session": "door"}
        answer = HTTP.get(f"{self.control}/credentials", params=asked, timeout=10)
        answer.raise_for_status()
        given = answer.json()
        return (
            os.environ
            | self.emulator.addresses.environment()
            | {
                "AWS_ACCESS_KEY_ID": given["access_key_id"],
                "AWS_SECRET_ACCESS_KEY": given["secret_access_key"],
                "AWS_SESSION_TOKEN": given["session_token"],
                "NO_COLOR": "1",
            }
        )


def _resolve() -> None:
    """The host is this machine, for everybody in this process."""
    real = socket.getaddrinfo

    def resolved(host: Any, *more: Any, **named: Any) -> Any:
        return real("127.0.0.1" if host == HOST else host, *more, **named)

    if real.__name__ != resolved.__name__:
        socket.getaddrinfo = resolved


RIGHTS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            "Resource": "*",  # the emulator asks for no table by name
        },
        {
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/app-access/acme-health/claims/*",
        },
    ],
}


def _prepare(account: Account, audit: Account) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{PRODUCTION}:root"}, "Action": "sts:AssumeRole"}
        ],
    }
    account.iam.create_role(RoleName="door", AssumeRolePolicyDocument=json.dumps(trust))
    account.iam.put_role_policy(RoleName="door", PolicyName="door", PolicyDocument=json.dumps(RIGHTS))
    account.dynamodb.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    audit.s3.create_bucket(Bucket=BUCKET)
    statement = RIGHTS["Statement"][1] | {"Principal": {"AWS": f"arn:aws:iam::{PRODUCTION}:role/door"}}  # type: ignore[operator]
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    audit.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))


@contextmanager
def running_scene(directory: Path, *, port: bool = False) -> Iterator[Scene]:
    """`port`: the application listens on one, and not on a Unix socket."""
    _resolve()
    processes = Processes(directory)
    emulator = Emulator(directory, processes)
    emulator.launch()
    provider = Provider(directory, processes).start()
    emulator.wait()
    try:
        with serving(None if port else directory / "app.sock") as (application, named):
            pki = Pki.make(directory / "pki")
            scene = Scene(directory, processes, emulator, provider, pki, application, named)
            _prepare(scene.account(), scene.account(AUDIT))
            yield scene
            for door in scene.doors:
                door.check_log()
    finally:
        processes.stop()
