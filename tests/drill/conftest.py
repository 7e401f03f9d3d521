"""One world with a tenant whose warehouse holds rows of every type that is common."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drill.verb import TENANT
from e2e import manifests
from e2e.kinds import Object
from e2e.warehouse import Warehouse, clusters_take
from e2e.world import World, running_world

LANDING: Object = {"name": "landing", "copies": "CrossRegion"}
_TYPES = {
    "id": "integer",
    "name": "varchar(64)",
    "paid": "decimal(12,2)",
    "is_new": "boolean",
    "served": "date",
    "at": "timestamp",
    "score": "double precision",
    "extra": "super",
}


def claims() -> Object:
    columns = [{"name": name, "type": type_} for name, type_ in _TYPES.items()]
    payers = [{"name": "payer", "type": "varchar(64)"}]
    return {"name": "claims", "tables": [{"name": "paid", "columns": columns}, {"name": "payers", "columns": payers}]}


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(Path(tmp_path_factory.mktemp("drill")), sweep_seconds=8) as world:
        clusters_take(world, default=0)
        tenant = manifests.tenant(
            TENANT, LANDING, "scratch", warehouse={"size": "Small", "reboots": "AtOnce"}, schemas=[claims()]
        )
        world.onboard(tenant, timeout=90)
        world.cluster.wait_ready("RedshiftSchema", "claims", TENANT, timeout=60)
        yield world


@pytest.fixture
def warehouse(world: World) -> Warehouse:
    """With the rows that each test begins with, and changes taking no time."""
    clusters_take(world, default=0, creating=0)
    found = Warehouse(world, TENANT)
    found.sql(
        "DELETE FROM claims.paid",
        "INSERT INTO claims.paid (id, name, paid, is_new, served, at, score, extra) VALUES "
        "(1, 'Jane Secret', 12.50, TRUE, '2026-11-01', '2026-11-01 10:00:00', 0.5, JSON_PARSE('{\"a\": [1, 2]}')), "
        "(2, 'John Secret', NULL, FALSE, NULL, NULL, NULL, NULL), "
        "(2, 'John Secret', NULL, FALSE, NULL, NULL, NULL, NULL)",
    )
    return found
