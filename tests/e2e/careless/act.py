"""One careless act: how it is done, and how anybody can see whether it is undone."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from botocore.exceptions import ClientError

from e2e.account import Account
from e2e.cluster import Cluster
from e2e.kinds import Object
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

    @classmethod
    def of(cls, world: World, tenant: str, bucket: str) -> "Target":
        status = world.cluster.get("IngestBucket", bucket, tenant)["status"]
        return cls(
            aws=world.aws,
            cluster=world.cluster,
            tenant=tenant,
            bucket=bucket,
            bucket_name=status["bucketName"],
            queue_name=status["queueName"],
            key_arn=world.cluster.get("ClientTenant", tenant)["status"]["keyArn"],
        )

    def role(self, purpose: str) -> str:
        return f"cloister-{self.tenant}-{purpose}"

    def policy_arn(self, purpose: str) -> str:
        return f"arn:aws:iam::{self.aws.number}:policy/cloister/{self.role(purpose)}"


@dataclass(frozen=True)
class Act:
    title: str
    # Who reports it: the object whose status and events tell of it.
    told_by: Literal["ClientTenant", "IngestBucket"]
    # The resource's id and the managed field, as the record of drift names them.
    resource: Callable[[Target], str]
    field: str
    do: Callable[[Target], object]
    # The setting as anybody may read it. It is mended when this reads as before.
    read: Callable[[Target], object]

    def is_undone(self, target: Target, before: object) -> bool:
        try:
            return self.read(target) == before
        except ClientError:
            return False  # nothing can be read of a key that is about to be deleted

    def records(self, target: Target) -> list[Object]:
        """What status says of it, newest first."""
        told = target.cluster.get(*self.told_of(target))["status"]["recentDrift"]
        mine = [r for r in told if r["resource"] == self.resource(target)]
        return [r for r in mine if f"{r['path']}.".startswith(f"{self.field}.")]

    def told_of(self, target: Target) -> tuple[str, str, str]:
        """Kind, name and namespace of the object that tells of it."""
        if self.told_by == "ClientTenant":
            return self.told_by, target.tenant, ""
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
