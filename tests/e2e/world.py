"""A platform, an operator that works on it, and independent eyes on both sides."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from e2e.account import PRODUCTION, Account, Endpoints
from e2e.calls import CallLog
from e2e.cluster import Cluster
from e2e.kinds import Object
from e2e.operator import REPOSITORY, Operator
from local.platform import Platform

DEFINITIONS = REPOSITORY / "crds" / "cloister.dev.yaml"
ADMISSION = REPOSITORY / "crds" / "admission.yaml"
EXAMPLES = REPOSITORY / "examples"


@dataclass(frozen=True)
class World:
    platform: Platform
    operator: Operator
    cluster: Cluster
    endpoints: Endpoints
    aws: Account
    calls: CallLog

    @classmethod
    def on(cls, platform: Platform, operator: Operator) -> "World":
        endpoints = Endpoints.read(platform.aws.port_file)
        return cls(
            platform=platform,
            operator=operator,
            cluster=Cluster(platform.control_plane),
            endpoints=endpoints,
            aws=Account(endpoints, PRODUCTION),
            calls=CallLog(endpoints.control),
        )

    def install(self) -> None:
        """The definitions, ready to be used, and the admission policies."""
        for definition in self.cluster.apply(DEFINITIONS):
            name = definition["metadata"]["name"]
            self.cluster.wait("CustomResourceDefinition", name, _is_established)
        self.cluster.apply(ADMISSION)

    def onboard(self, manifest: Object | Path, timeout: float = 30.0) -> Object:
        """Applies an object of ours and waits until it is Ready."""
        (applied,) = self.cluster.apply(manifest)
        name = applied["metadata"]["name"]
        return self.cluster.wait_ready(applied["kind"], name, timeout=timeout)


@contextmanager
def running_world(
    directory: Path,
    *,
    sweep_seconds: int,
    kms_visibility_seconds: int = 5,
    evidence_look_seconds: int = 3600,
    nodes: bool = False,
    flags: Sequence[str] = (),
) -> Iterator[World]:
    """All of it, with the Environment `production` Ready; with `nodes`, instances join the cluster."""
    with Platform(directory, nodes=nodes) as platform:
        operator = Operator(
            platform,
            sweep_seconds=sweep_seconds,
            kms_visibility_seconds=kms_visibility_seconds,
            evidence_look_seconds=evidence_look_seconds,
            flags=flags,
        )
        world = World.on(platform, operator)
        world.install()
        operator.start()
        world.onboard(EXAMPLES / "environment-production.yaml")
        yield world
        operator.stop()


def _is_established(definition: Object | None) -> bool:
    conditions = (definition or {}).get("status", {}).get("conditions") or []
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)
