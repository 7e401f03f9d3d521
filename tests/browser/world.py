"""The door, as a process of its own, in front of the example application; the identity provider, AWS and Redshift."""

import gzip
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from claims.generate import Claim

from aws.conftest import PRODUCTION, Emulator, allow, document
from dashboard.world import TENANT, App
from dashboard.world import World as Data
from door.server import HOST, Door
from local.pki import Pki
from local.processes import Processes
from local.provider import Provider

CLIENT = "acme-claims"
TABLE, BUCKET, PREFIX = "cloister-acme-health-claims-1f0c2a9b", "cloister-audit-222222222222", "app-access/acme-health/"
ROLE = "cloister-acme-health-door-claims"
ROUTES = ["/", "/claims", "/claims/:id", "/static/:file", "/healthz"]
_SESSIONS = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]


@dataclass
class World:
    directory: Path
    rows: list[Claim]
    aws: Emulator = field(init=False)
    app: App = field(init=False)
    provider: Provider = field(init=False)
    processes: Processes = field(init=False)
    pseudonyms: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    origins: list[str] = field(default_factory=list)
    # What browsers were answered: method, path, status.
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.processes = Processes(self.directory)
        emulator = self.directory / "emulator"
        emulator.mkdir()
        self.aws = Emulator(emulator)
        data = Data(self.aws)
        data.load(self.rows)
        self.app = App(data.environment(), self.directory / "app")
        self.provider = Provider(self.directory, self.processes).start()
        self._account()
        self.pki = Pki.make(self.directory / "pki")
        certificate, key = self.pki.host("door", HOST)
        self.tls = {"certificateFile": str(certificate), "keyFile": str(key)}
        (self.directory / "pseudonyms").write_bytes(self.pseudonyms)

    def _account(self) -> None:
        """The door's table, the audit bucket, and a role for these two alone."""
        self.aws.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        self.aws.client("s3").create_bucket(Bucket=BUCKET)
        iam = self.aws.client("iam")
        trust = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)
        rights = document(
            allow(_SESSIONS),
            allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/{PREFIX}*"),
        )
        iam.put_role_policy(RoleName=ROLE, PolicyName="it", PolicyDocument=rights)

    def door(self, name: str, *, idle: int = 900, absolute: int = 28800, warning: int = 60) -> Door:
        home = self.directory / name
        home.mkdir()
        door = Door(name, home, self.processes, self._environment(), {}, ("--ship-seconds=1",))
        door.take_ports()
        self.origins.append(door.origin)
        secret = home / "client-secret"
        secret.write_text(self.provider.app(CLIENT, *self.origins))
        sessions = {"idleSeconds": idle, "absoluteSeconds": absolute, "warningSeconds": warning}
        door.config = self._config(home, secret, sessions)
        door.start()
        return door

    def _config(self, home: Path, secret: Path, sessions: dict[str, int]) -> dict[str, Any]:
        return {
            "tenant": TENANT,
            "app": "claims",
            "host": HOST,
            "upstream": {"socket": str(self.app.socket)},
            "healthPath": "/healthz",
            "signIn": {
                "issuer": self.provider.issuer,
                "clientId": CLIENT,
                "clientSecretFile": str(secret),
                "groupsClaim": "groups",
                "groups": ["acme-analysts"],
                "acr": [],
                "amr": ["mfa"],
            },
            "sessions": {"table": TABLE, **sessions},
            "accessLog": {
                "bucket": BUCKET,
                "bucketOwner": PRODUCTION,
                "bucketRegion": "us-east-1",
                "prefix": f"{PREFIX}claims/",
                "spool": str(home / "spool"),
                "routes": ROUTES,
                "pseudonymKeyFile": str(self.directory / "pseudonyms"),
            },
            "tls": self.tls,
        }

    def _environment(self) -> dict[str, str]:
        given = self.aws.credentials(role=ROLE)
        return {
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.aws.described["endpoint"],
            "AWS_ACCESS_KEY_ID": given["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": given["secret_access_key"],
            "AWS_SESSION_TOKEN": given["session_token"],
            "NO_COLOR": "1",
        }

    def pseudonym(self, claim_id: str) -> str:
        return f"claims/{hmac.new(self.pseudonyms, claim_id.encode(), hashlib.sha256).hexdigest()[:16]}"

    def recorded(self) -> list[dict[str, Any]]:
        """The access log, as it lies in the audit bucket."""
        s3, lines = self.aws.client("s3"), []
        for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            body = s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()
            lines += [json.loads(line) for line in gzip.decompress(body).splitlines()]
        return sorted(lines, key=lambda line: str(line["time"]))

    def stop(self) -> None:
        self.processes.stop()
        assert self.app.process.poll() is not None or self.app.stop() == 0
        assert self.aws.stop() == 0
