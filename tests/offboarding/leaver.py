"""A tenant that leaves, and what is left of it in AWS."""

import hashlib
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chaos.estate import RECOVERY
from e2e.kinds import Object, condition
from e2e.loopback import HTTP
from e2e.waiting import until
from e2e.world import World

_OWNER = "cloister.dev/owner-uid"


@dataclass(frozen=True)
class Leaver:
    world: World
    name: str

    @property
    def status(self) -> Any:
        return self.world.cluster.get("ClientTenant", self.name)["status"].get("offboarding")

    @property
    def uid(self) -> str:
        return str(self.world.cluster.get("ClientTenant", self.name)["metadata"]["uid"])

    def ask(self, **more: object) -> None:
        """As a person who has thought about it."""
        wanted = {"approval": self.name, "reason": "contract ended"} | more
        self.world.cluster.patch("ClientTenant", self.name, {"spec": {"offboarding": wanted}})

    def call_off(self) -> None:
        self.world.cluster.patch("ClientTenant", self.name, {"spec": {"offboarding": None}})

    def wait_for(self, stage: str, timeout: float = 40.0) -> Any:
        def is_there(found: Object | None) -> bool:
            return condition(found or {}, "Offboarding").get("reason") == stage

        found = self.world.cluster.wait("ClientTenant", self.name, is_there, timeout=timeout)
        assert found is not None
        return found["status"]["offboarding"]

    def let_days_pass(self, days: int) -> None:
        """The recorded time is what counts: an administrator of the cluster, who may write status, moves it back."""
        since = datetime.fromisoformat(self.status["since"]) - timedelta(days=days)
        text = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        stage = self.status["stage"]

        def is_kept() -> bool:
            """A pass that began before may write what it had read."""
            if self.status["stage"] == stage and self.status["since"] != text:
                self.world.cluster.set_status("ClientTenant", self.name, {"offboarding": {"since": text}})
                return False
            time.sleep(1)
            return bool(self.status["stage"] != stage or self.status["since"] == text)

        until("the time that was moved back stays so", is_kept)

    def shred(self) -> list[str]:
        """KMS comes to the deletion dates in both regions."""
        gone = []
        for region in (self.world.aws.region, RECOVERY):
            place = {"account": self.world.aws.number, "region": region}
            answer = HTTP.post(f"{self.world.endpoints.control}/kms/shred", params=place, timeout=10)
            answer.raise_for_status()
            gone += answer.json()["deleted"]
        return gone


def left_of(world: World, name: str, uid: str) -> set[str]:
    """Everything in the account that has the tenant's tags or its name, in either region; keys by their state."""
    aws, far = world.aws, world.aws.in_region(RECOVERY)
    found = {bucket["Name"] for bucket in aws.s3.list_buckets()["Buckets"] if name in bucket["Name"]}
    found |= {url for url in aws.sqs.list_queues().get("QueueUrls", []) if name in url}
    details = aws.iam.get_account_authorization_details(Filter=["Role", "LocalManagedPolicy"])
    found |= {role["RoleName"] for role in details["RoleDetailList"] if name in role["RoleName"]}
    found |= {policy["PolicyName"] for policy in details["Policies"] if name in policy["PolicyName"]}
    found |= {g["logGroupName"] for g in aws.logs.describe_log_groups()["logGroups"] if name in g["logGroupName"]}
    for place in (aws, far):
        found |= _redshift(place, name) | _keys(place, name, uid)
    return found


def _redshift(aws: Any, name: str) -> set[str]:
    redshift = aws.redshift
    found = {c["ClusterIdentifier"] for c in redshift.describe_clusters()["Clusters"]}
    found |= {s["SnapshotIdentifier"] for s in redshift.describe_cluster_snapshots(SnapshotType="manual")["Snapshots"]}
    found |= {g["ParameterGroupName"] for g in redshift.describe_cluster_parameter_groups()["ParameterGroups"]}
    found |= {g["ClusterSubnetGroupName"] for g in redshift.describe_cluster_subnet_groups()["ClusterSubnetGroups"]}
    found |= {g["SnapshotCopyGrantName"] for g in redshift.describe_snapshot_copy_grants()["SnapshotCopyGrants"]}
    return {thing for thing in found if name in thing}


def _keys(aws: Any, name: str, uid: str) -> set[str]:
    found = {alias["AliasName"] for alias in aws.kms.list_aliases()["Aliases"] if name in alias["AliasName"]}
    for key in aws.kms.list_keys(Limit=1000)["Keys"]:
        tags = aws.kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
        if {"TagKey": _OWNER, "TagValue": uid} in tags:
            found.add(key["KeyArn"])
    return found


def digest(certificate: Any) -> str:
    """As anybody may compute it."""
    rest = {name: value for name, value in certificate.items() if name != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
