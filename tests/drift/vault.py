"""The tenant with a warehouse, and what the types say is managed of it."""

from drift.fields import WAREHOUSE, listed
from drift.rounds import Fields
from e2e.kinds import Object
from e2e.sql import Database
from e2e.world import World

TENANT, SCHEMA = "vault", "claims"


def resources(world: World) -> Fields:
    """The suffix of names is known only now."""
    suffix = _cluster(world).rpartition("-")[2]
    return {resource.replace("xxxxxxxx", suffix): paths for resource, paths in listed(WAREHOUSE).items()}


def database(world: World) -> Database:
    return Database(world.endpoints.control, world.aws.number, _cluster(world), "vault_data")


def schema(world: World) -> Object:
    return world.cluster.get("RedshiftSchema", SCHEMA, TENANT)


def _cluster(world: World) -> str:
    ids: list[str] = [each["id"] for each in world.cluster.get("ClientTenant", TENANT)["status"]["resources"]]
    return next(id_.partition("/")[2] for id_ in ids if id_.startswith("redshift-cluster/"))
