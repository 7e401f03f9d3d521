"""The verb, with the operator's own rights and no more, and eyes on what it leaves."""

import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any

from e2e.loopback import HTTP
from e2e.operator import BINARY
from e2e.waiting import until
from e2e.world import World

TENANT, RECOVERY = "drilled", "us-west-2"


@dataclass(frozen=True)
class Drill:
    report: Any
    code: int
    out: str
    err: str

    @property
    def outcomes(self) -> dict[str, str]:
        return {f"{check['schema']}.{check['table']}": check["outcome"] for check in self.report["tables"]}


def command(*arguments: str) -> list[str]:
    return [str(BINARY), "drill", *arguments]


def environment(world: World) -> dict[str, str]:
    kubeconfig = world.platform.directory / "pki" / f"{world.operator.name}.kubeconfig"
    return os.environ | world.platform.environment() | {"KUBECONFIG": str(kubeconfig)}


def run(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), env=environment(world), capture_output=True, text=True, timeout=120)


def drill(world: World, *arguments: str, tenant: str = TENANT) -> Drill:
    done = run(world, tenant, "--format", "json", *arguments)
    assert done.stdout, done.stderr
    return Drill(json.loads(done.stdout), done.returncode, done.stdout, done.stderr)


def take_snapshot(world: World, cluster: str, account: str = "") -> str:
    """As Redshift does by itself every eight hours."""
    told = {"account": account or world.aws.number, "cluster": cluster}
    answer = HTTP.post(f"{world.endpoints.control}/redshift/snapshot", json=told, timeout=10)
    answer.raise_for_status()
    name: str = answer.json()["snapshot"]
    until("its copy is there", lambda: f"copy:{name}" in copies(world, told["account"]), timeout=20)
    return name


def _recovery(world: World, account: str) -> Any:
    aws = world.aws if account in ("", world.aws.number) else type(world.aws)(world.endpoints, account)
    return aws.in_region(RECOVERY).redshift


def copies(world: World, account: str = "") -> list[str]:
    found = _recovery(world, account).describe_cluster_snapshots()["Snapshots"]
    return [each["SnapshotIdentifier"] for each in found if each["Status"] == "available"]


def scratch_clusters(world: World, account: str = "") -> list[str]:
    return [each["ClusterIdentifier"] for each in _recovery(world, account).describe_clusters()["Clusters"]]


def nothing_is_left(world: World, account: str = "") -> bool:
    groups = _recovery(world, account).describe_cluster_parameter_groups()["ParameterGroups"]
    own = [each["ParameterGroupName"] for each in groups if each["ParameterGroupName"].startswith("cloister-drill-")]
    return not scratch_clusters(world, account) and not own
