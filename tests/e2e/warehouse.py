"""A tenant's warehouse, and the schemas that a test declares in it."""

from dataclasses import dataclass

from e2e.kinds import Object, condition, is_ready
from e2e.loopback import HTTP
from e2e.sql import Database
from e2e.world import World

_VERSION = "cloister.dev/v1alpha1"
KIND = "RedshiftSchema"


@dataclass(frozen=True)
class Warehouse:
    world: World
    tenant: str

    @property
    def identifier(self) -> str:
        ids: list[str] = [r["id"] for r in self.world.cluster.get("ClientTenant", self.tenant)["status"]["resources"]]
        return next(id_.partition("/")[2] for id_ in ids if id_.startswith("redshift-cluster/"))

    @property
    def sql(self) -> Database:
        name = self.tenant.replace("-", "_")
        return Database(self.world.endpoints.control, self.world.aws.number, self.identifier, name)

    def declare(self, name: str, **spec: object) -> None:
        meta = {"name": name, "namespace": self.tenant}
        self.world.cluster.apply({"apiVersion": _VERSION, "kind": KIND, "metadata": meta, "spec": spec})

    def make(self, name: str, **spec: object) -> Object:
        """Declared, and Ready."""
        self.declare(name, **spec)
        return self.world.cluster.wait_ready(KIND, name, self.tenant, timeout=60)

    def look(self, name: str) -> Object:
        """After a pass that was asked for here."""
        self.world.cluster.poke(KIND, name, self.tenant)
        return self.world.cluster.get(KIND, name, self.tenant)

    def stalled(self, name: str, reason: str) -> Object:
        """Waits until a person has to do something; the status that says so."""

        def is_told(found: Object | None) -> bool:
            return condition(found or {}, "Stalled").get("reason") == reason and not is_ready(found)

        self.world.cluster.poke(KIND, name, self.tenant)
        found = self.world.cluster.wait(KIND, name, is_told, self.tenant, timeout=60)
        assert found is not None
        status: Object = found["status"]
        return status

    def remove(self, name: str) -> None:
        self.world.cluster.delete(KIND, name, self.tenant)
        self.world.cluster.wait_gone(KIND, name, self.tenant, timeout=60)


def clusters_take(world: World, **seconds: float) -> None:
    """How long each change of a cluster takes from now on."""
    HTTP.post(f"{world.endpoints.control}/redshift", json=seconds, timeout=10).raise_for_status()


def finish(world: World) -> None:
    """Ends what is under way."""
    there = {"account": world.aws.number}
    HTTP.post(f"{world.endpoints.control}/redshift/finish", params=there, timeout=10).raise_for_status()
