"""A cluster with claims in it, the application's IAM role with what it needs and no more, and the application."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from claims.generate import HEADER, Claim

from aws.conftest import PRODUCTION, Emulator, allow, document
from aws.redshift_data_world import Warehouse, make_cluster

ROOT = Path(__file__).resolve().parents[2] / "examples" / "claims-dashboard"
TENANT, CLUSTER, DATABASE, SCHEMA = "acme-health", "acme", "acme_health", "claims"
ROLE = "cloister-acme-health-app-claims"
SUBMIT = ["redshift-data:BatchExecuteStatement", "redshift-data:ExecuteStatement"]
FOLLOW = ["redshift-data:DescribeStatement", "redshift-data:GetStatementResult", "redshift-data:CancelStatement"]
ANN = {"Cloister-User": "ann", "Cloister-User-Name": "ann@acme.example", "Cloister-Request-Id": "5f0c2c0e-request"}


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    headers: Mapping[str, str]
    text: str


class World:
    def __init__(self, aws: Emulator) -> None:
        self.aws = aws
        make_cluster(aws, CLUSTER, "admin", DATABASE)
        self.warehouse = Warehouse(aws, name=CLUSTER)
        tenant = yaml.safe_load((ROOT.parent / "acme-health.yaml").read_text())
        (schema,) = tenant["spec"]["schemas"]
        (table,) = [each for each in schema["tables"] if each["name"] == "medical_claims"]
        columns = ", ".join(f"{each['name']} {each['type']}" for each in table["columns"])
        self.sql(
            f'CREATE USER "IAMR:{ROLE}" PASSWORD DISABLE',
            f"CREATE SCHEMA {SCHEMA}",
            f"CREATE TABLE {SCHEMA}.medical_claims ({columns})",
            f'GRANT USAGE ON SCHEMA {SCHEMA} TO "IAMR:{ROLE}"',
            f'GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO "IAMR:{ROLE}"',
        )
        self._role()

    def _role(self) -> None:
        iam, where = self.aws.client("iam"), f"arn:aws:redshift:us-east-1:{PRODUCTION}"
        trust = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)
        rights = document(
            allow(SUBMIT, f"{where}:cluster:{CLUSTER}"),
            allow(FOLLOW),
            allow("redshift:GetClusterCredentialsWithIAM", f"{where}:dbname:{CLUSTER}/{DATABASE}"),
        )
        iam.put_role_policy(RoleName=ROLE, PolicyName="it", PolicyDocument=rights)

    def sql(self, *sqls: str) -> list[list[str | None]]:
        return self.warehouse.sql(*sqls, database=DATABASE)

    def load(self, claims: Sequence[Claim]) -> None:
        rows = ", ".join(f"({', '.join(_literal(claim[name]) for name in HEADER)})" for claim in claims)
        self.sql(f"INSERT INTO {SCHEMA}.medical_claims ({', '.join(HEADER)}) VALUES {rows}")

    def environment(self) -> dict[str, str]:
        """Of the application, as its pod has it; the identity by keys instead of a token."""
        given = self.aws.credentials(role=ROLE)
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.aws.described["endpoint"],
            "AWS_ACCESS_KEY_ID": given["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": given["secret_access_key"],
            "AWS_SESSION_TOKEN": given["session_token"],
            "CLOISTER_APP": json.dumps(told()),
        }


def told() -> dict[str, Any]:
    warehouse = {"cluster": CLUSTER, "database": DATABASE, "schema": SCHEMA}
    return {"tenant": TENANT, "app": "claims", "region": "us-east-1", "warehouse": warehouse}


class App:
    """`python -m claims_dashboard` on a Unix socket, asked as the door asks it."""

    def __init__(self, environment: Mapping[str, str], directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.socket, self.log = directory / "app.sock", directory / "app.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "claims_dashboard"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=directory,
                env={**environment, "CLOISTER_APP_SOCKET": str(self.socket)},
            )
        deadline = time.monotonic() + 20
        while not self._is_up():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)

    def _is_up(self) -> bool:
        try:
            return self.get("/healthz", {}).status == 200
        except OSError:
            return False

    def get(self, path: str, headers: Mapping[str, str] = ANN, method: str = "GET") -> Page:
        connection = http.client.HTTPConnection("app", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX)
        try:
            connection.sock.connect(str(self.socket))
            connection.request(method, path, headers=dict(headers))
            answer = connection.getresponse()
            return Page(answer.status, dict(answer.getheaders()), answer.read().decode())
        finally:
            connection.close()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
