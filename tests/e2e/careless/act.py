"""One careless act: how it is done, and how anybody can see whether it is undone."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import ClientError

from e2e.account import Account, Endpoints
from e2e.cluster import Cluster
from e2e.kinds import Object
from e2e.sql import Database, SqlRefused
from e2e.world import World


@dataclass(frozen=True)
class Target:
    """A tenant with one bucket, found by what its status says."""

    aws: Account
    cluster: Cluster
    tenant: str
    bucket: str
    bucket_name: str
    queue_name: str
    key_arn: str
    # Identifier of the Redshift cluster; empty where the tenant has none.
    warehouse: str
    endpoints: Endpoints

    @classmethod
    def of(cls, world: World, tenant: str, bucket: str) -> "Target":
        status = world.cluster.get("IngestBucket", bucket, tenant)["status"]
        of_tenant = world.cluster.get("ClientTenant", tenant)["status"]
        ids = [resource["id"] for resource in of_tenant["resources"]]
        clusters = [id_.partition("/")[2] for id_ in ids if id_.startswith("redshift-cluster/")]
        return cls(
            aws=world.aws,
            cluster=world.cluster,
            tenant=tenant,
            bucket=bucket,
            bucket_name=status["bucketName"],
            queue_name=status["queueName"],
            key_arn=of_tenant["keyArn"],
            warehouse=next(iter(clusters), ""),
            endpoints=world.endpoints,
        )

    @property
    def sql(self) -> Database:
        return Database(self.endpoints.control, self.aws.number, self.warehouse, self.tenant.replace("-", "_"))

    def role(self, purpose: str) -> str:
        return f"cloister-{self.tenant}-{purpose}"

    def upload(self, key: str, body: bytes) -> str:
        """By the client's own role, under the tenant's key, as its tool does; the object's version."""
        s3: Any = self.aws.as_role(self.role("uploader")).s3
        named = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.key_arn}
        return str(s3.put_object(Bucket=self.bucket_name, Key=key, Body=body, **named)["VersionId"])

    def policy_arn(self, purpose: str) -> str:
        return f"arn:aws:iam::{self.aws.number}:policy/cloister/{self.role(purpose)}"


@dataclass(frozen=True)
class Act:
    title: str
    # Who reports it: the object whose status and events tell of it.
    told_by: Literal["ClientTenant", "IngestBucket", "RedshiftSchema"]
    # The resource's id and the managed field, as the record of drift names them.
    resource: Callable[[Target], str]
    field: str
    do: Callable[[Target], object]
    # The setting as anybody may read it. It is mended when this reads as before.
    read: Callable[[Target], object]

    def is_undone(self, target: Target, before: object) -> bool:
        try:
            return self.read(target) == before
        except (ClientError, SqlRefused):
            # Nothing can be read of a key that is about to be deleted, or of a warehouse that reboots.
            return False

    def records(self, target: Target) -> list[Object]:
        """What status says of it, newest first."""
        told = target.cluster.get(*self.told_of(target))["status"]["recentDrift"]
        mine = [r for r in told if r["resource"] == self.resource(target)]
        return [r for r in mine if f"{r['path']}.".startswith(f"{self.field}.")]

    def told_of(self, target: Target) -> tuple[str, str, str]:
        """Kind, name and namespace of the object that tells of it."""
        if self.told_by == "ClientTenant":
            return self.told_by, target.tenant, ""
        if self.told_by == "RedshiftSchema":
            return self.told_by, "claims", target.tenant
        return self.told_by, target.bucket, target.tenant


def document(text: object) -> object:
    """A policy as a value: IAM answers it parsed, the other services as text."""
    return json.loads(text) if isinstance(text, str) else text


EVERYTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
)
