"""What a worker has around it: a landing bucket under a key, a warehouse, roles with what they need and no more."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from aws.conftest import PRODUCTION, Emulator, allow, document
from aws.redshift_data_world import Warehouse, make_cluster

ROOT = Path(__file__).resolve().parent.parent.parent / "etl"
PIPELINES = Path(__file__).resolve().parent / "pipelines"
BUCKET, CLUSTER, DATABASE = "acme-health-landing", "acme", "acme_health"
ETL, COPIER = "cloister-acme-health-etl", "cloister-acme-health-warehouse"
NUMBERS = count(1)
# The policy that etl/README.md states.
READ_AND_STAGE = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:AbortMultipartUpload"]
STATEMENTS = ["redshift-data:DescribeStatement", "redshift-data:GetStatementResult", "redshift-data:CancelStatement"]


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    message: dict[str, Any]
    lines: list[dict[str, Any]]
    text: str

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line.get("event") == name]


class World:
    def __init__(self, aws: Emulator, directory: Path) -> None:
        self.aws, self.directory = aws, directory
        self.s3 = aws.client("s3")
        self.key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
        self._bucket()
        self._roles()
        copier = f"arn:aws:iam::{PRODUCTION}:role/{COPIER}"
        make_cluster(aws, CLUSTER, "admin", DATABASE, IamRoles=[copier])
        self.warehouse = Warehouse(aws, name=CLUSTER)
        self.sql(f'CREATE USER "IAMR:{ETL}" PASSWORD DISABLE')

    def sql(self, *sqls: str) -> list[list[str | None]]:
        return self.warehouse.sql(*sqls, database=DATABASE)

    def _bucket(self) -> None:
        self.s3.create_bucket(Bucket=BUCKET)
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key}
        rule = {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}
        self.s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})

    def _roles(self) -> None:
        iam = self.aws.client("iam")
        bucket, objects = f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"
        by_s3 = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
        use_key = allow(["kms:Decrypt", "kms:GenerateDataKey"], self.key, Condition=by_s3)
        submit = ["redshift-data:BatchExecuteStatement", "redshift-data:ExecuteStatement"]
        cluster = f"arn:aws:redshift:us-east-1:{PRODUCTION}:cluster:{CLUSTER}"
        login = f"arn:aws:redshift:us-east-1:{PRODUCTION}:dbname:{CLUSTER}/{DATABASE}"
        policies = {
            ETL: [
                allow("s3:ListBucket", bucket), allow(READ_AND_STAGE, objects), use_key, allow(submit, cluster),
                allow(STATEMENTS), allow("redshift:GetClusterCredentialsWithIAM", login),
            ],
            COPIER: [allow("s3:ListBucket", bucket), allow(["s3:GetObject", "s3:GetObjectVersion"], objects), use_key],
        }  # fmt: skip
        for name, statements in policies.items():
            trusted = {"Service": "redshift.amazonaws.com" if name == COPIER else "ec2.amazonaws.com"}
            trust = document({"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"})
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
            iam.put_role_policy(RoleName=name, PolicyName="it", PolicyDocument=document(*statements))


class Pipeline:
    """One schema, one landing folder: what a test has for itself."""

    def __init__(self, world: World, directory: Path) -> None:
        self.world, self.directory = world, directory
        self.number = next(NUMBERS)
        self.schema, self.folder = f"claims_{self.number}", f"in-{self.number}"
        self.runs = count(1)
        declared = yaml.safe_load((ROOT / "examples" / "claims" / "schema.yaml").read_text())["spec"]["tables"]
        world.sql(f"CREATE SCHEMA {self.schema}", *(self._table(table) for table in declared))
        who = f'"IAMR:{ETL}"'
        world.sql(f"GRANT USAGE ON SCHEMA {self.schema} TO {who}",
                  f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {self.schema} TO {who}")  # fmt: skip

    def _table(self, table: dict[str, Any]) -> str:
        columns = ", ".join(
            f"{column['name']} {column['type']}{'' if column.get('nullable', True) else ' NOT NULL'}"
            for column in table["columns"]
        )
        return f"CREATE TABLE {self.schema}.{table['name']} ({columns})"

    def put(self, name: str, body: bytes) -> dict[str, Any]:
        """As the operator tells of it in CLOISTER_RUN."""
        key = f"{self.folder}/{name}"
        made = self.world.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return {"bucket": BUCKET, "key": key, "versionId": made["VersionId"], "etag": made["ETag"], "size": len(body)}

    def document(self, *inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
        run = more.pop("run", None) or f"load-claims-{self.number}-{next(self.runs)}"
        return {
            "tenant": "acme-health",
            "pipeline": f"load-claims-{self.number}",
            "run": run,
            "attempt": 1,
            "region": "us-east-1",
            "tasks": {"module": "claims", "task": "LoadClaims"},
            "inputs": list(inputs),
            "work": {"bucket": BUCKET, "prefix": f"_cloister/load-claims/{run}/"},
            "keyArn": self.world.key,
            "warehouse": {
                "cluster": CLUSTER,
                "database": DATABASE,
                "schema": self.schema,
                "copyRole": f"arn:aws:iam::{PRODUCTION}:role/{COPIER}",
            },
        } | more

    def start(self, document: dict[str, Any] | str, **environment: str) -> "Worker":
        return Worker(self, document if isinstance(document, str) else json.dumps(document), environment)

    def run(self, *inputs: dict[str, Any], **more: Any) -> Ended:
        return self.start(self.document(*inputs, **more)).ended()

    def rows(self, columns: str = "*", more: str = "") -> list[list[str | None]]:
        return self.world.sql(f"SELECT {columns} FROM {self.schema}.medical_claims {more} ORDER BY 1")

    def count(self) -> int:
        return int(str(self.rows("COUNT(*)")[0][0]))

    def ledger(self) -> list[list[str | None]]:
        return self.world.sql(
            "SELECT object_key, rows_read, rows_rejected, rows_superseded, rows_loaded"
            f" FROM {self.schema}.load_ledger ORDER BY loaded_at, object_key"
        )

    def objects(self, prefix: str) -> dict[str, bytes]:
        """What is there under a prefix, each shown to be under the tenant's key."""
        found = {}
        for page in self.world.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix):
            for each in page.get("Contents", []):
                got = self.world.s3.get_object(Bucket=BUCKET, Key=each["Key"])
                assert got["ServerSideEncryption"] == "aws:kms" and got["SSEKMSKeyId"] == self.world.key
                assert got["BucketKeyEnabled"] is True
                found[each["Key"].removeprefix(prefix)] = got["Body"].read()
        return found


class Worker:
    """`python -m cloister_etl` as a pod has it: little environment, no terminal."""

    def __init__(self, pipeline: Pipeline, run: str, environment: dict[str, str]) -> None:
        world = pipeline.world
        directory = pipeline.directory / f"worker-{next(NUMBERS)}"
        directory.mkdir(parents=True)
        self.log, self.termination = directory / "output", directory / "termination-log"
        given = world.aws.credentials(role=ETL)
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cloister_etl"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=directory,
                env={
                    "PATH": os.environ["PATH"],
                    "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "examples", PIPELINES))),
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "AWS_ENDPOINT_URL": world.aws.described["endpoint"],
                    "AWS_ACCESS_KEY_ID": given["access_key_id"],
                    "AWS_SECRET_ACCESS_KEY": given["secret_access_key"],
                    "AWS_SESSION_TOKEN": given["session_token"],
                    "CLOISTER_RUN": run,
                    "CLOISTER_TERMINATION_LOG": str(self.termination),
                }
                | environment,
            )

    def ended(self, timeout: float = 120) -> Ended:
        code = self.process.wait(timeout)
        text = self.log.read_text()
        message = json.loads(self.termination.read_bytes()) if self.termination.exists() else {}
        return Ended(code, message, [json.loads(line) for line in text.splitlines()], text)
