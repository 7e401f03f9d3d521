"""A bucket that the cluster may read, and roles that it may and may not become: for the tests of COPY and UNLOAD."""

from typing import Any

from aws.conftest import PRODUCTION, Emulator, allow, document
from aws.redshift_data_world import Warehouse, make_cluster

LOADER = f"arn:aws:iam::{PRODUCTION}:role/loader"
IAM = f"IAM_ROLE '{LOADER}'"


class Lake:
    def __init__(self, aws: Emulator) -> None:
        self.s3, self.iam, self.kms = aws.client("s3"), aws.client("iam"), aws.client("kms")
        self.s3.create_bucket(Bucket="lake")
        self.role("loader", allow("s3:*", ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"]))
        for name in ("detached", "untrusting"):
            self.role(name, allow("s3:*"), by="ec2.amazonaws.com" if name == "untrusting" else "redshift.amazonaws.com")
        attached = [LOADER, f"arn:aws:iam::{PRODUCTION}:role/untrusting"]
        make_cluster(aws, "loading", "admin", "dev", IamRoles=attached)
        self.warehouse = Warehouse(aws, name="loading")

    def role(self, name: str, *statements: dict[str, Any], by: str = "redshift.amazonaws.com") -> None:
        trust = document({"Effect": "Allow", "Principal": {"Service": by}, "Action": "sts:AssumeRole"})
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        self.allow(name, *statements)

    def allow(self, name: str, *statements: dict[str, Any]) -> None:
        self.iam.put_role_policy(RoleName=name, PolicyName="it", PolicyDocument=document(*statements))

    def put(self, key: str, body: bytes | str, **more: Any) -> None:
        self.s3.put_object(Bucket="lake", Key=key, Body=body if isinstance(body, bytes) else body.encode(), **more)

    def get(self, key: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket="lake", Key=key)["Body"].read()
        return body

    def load(self, table: str, columns: str, key: str, options: str) -> list[list[str | None]]:
        self.warehouse.sql(f"CREATE TABLE {table} ({columns})")
        self.warehouse.finished(f"COPY {table} FROM 's3://lake/{key}' {IAM} {options}")
        return self.warehouse.rows(f"SELECT * FROM {table} ORDER BY 1")
