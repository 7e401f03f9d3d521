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
from e2e.loopback import HTTP
from e2e.waiting import until
from local import binaries
from local.pki import Pki
from local.ports import Ports
from local.processes import Processes
from local.provider import Provider

HOST, CLIENT = "claims.acme.example", "acme-claims"
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
        certificate, key = self.pki.serving(HOST)
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
            allow(_SESSIONS, f"arn:aws:dynamodb:us-east-1:{PRODUCTION}:table/{TABLE}"),
            allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/{PREFIX}*"),
        )
        iam.put_role_policy(RoleName=ROLE, PolicyName="it", PolicyDocument=rights)

    def door(self, name: str, *, idle: int = 900, absolute: int = 28800, warning: int = 60) -> "Door":
        return Door(self, name, {"idleSeconds": idle, "absoluteSeconds": absolute, "warningSeconds": warning})

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


class Door:
    def __init__(self, world: World, name: str, sessions: dict[str, int]) -> None:
        self.world, self.name = world, f"door-{name}"
        with Ports() as ports:
            self.port, self._inner = ports.take(), ports.take()
        self.origin = f"https://{HOST}:{self.port}"
        home = world.directory / self.name
        self.spool = home / "spool"
        self.spool.mkdir(parents=True)
        secret = home / "client-secret"
        world.origins.append(self.origin)
        secret.write_text(world.provider.app(CLIENT, *world.origins))
        (home / "door.json").write_text(json.dumps(self._config(secret, sessions)))
        world.processes.start(self.name, [str(binaries.door()), *self._options()], self._environment(home))
        until("the door is ready", self._is_ready, timeout=20)

    def _config(self, secret: Path, sessions: dict[str, int]) -> dict[str, Any]:
        world = self.world
        return {
            "tenant": TENANT,
            "app": "claims",
            "host": HOST,
            "upstream": {"socket": str(world.app.socket)},
            "healthPath": "/healthz",
            "signIn": {
                "issuer": world.provider.issuer,
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
                "spool": str(self.spool),
                "routes": ROUTES,
                "pseudonymKeyFile": str(world.directory / "pseudonyms"),
            },
            "tls": world.tls,
        }

    def _options(self) -> list[str]:
        return [f"--listen=127.0.0.1:{self.port}", f"--metrics-listen=127.0.0.1:{self._inner}", "--ship-seconds=1"]

    def _environment(self, home: Path) -> dict[str, str]:
        given = self.world.aws.credentials(role=ROLE)
        return {
            "POD_NAME": self.name,
            "CLOISTER_DOOR_CONFIG": str(home / "door.json"),
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.world.aws.described["endpoint"],
            "AWS_ACCESS_KEY_ID": given["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": given["secret_access_key"],
            "AWS_SESSION_TOKEN": given["session_token"],
            "NO_COLOR": "1",
        }

    @property
    def log(self) -> Path:
        return self.world.processes.log_of(self.name)

    def _is_ready(self) -> bool:
        self.world.processes.check(self.name)
        try:
            return HTTP.get(f"http://127.0.0.1:{self._inner}/readyz", timeout=5).ok
        except OSError:
            return False

    def metrics(self) -> str:
        return HTTP.get(f"http://127.0.0.1:{self._inner}/metrics", timeout=5).text

    def stop(self) -> None:
        """What is left of the access log is shipped first."""
        process = self.world.processes[self.name]
        process.stop(grace=25.0)
        assert process.child is not None and process.child.returncode == 0, self.log.read_text()
