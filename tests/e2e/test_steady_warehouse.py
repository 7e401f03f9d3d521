"""What a warehouse and a schema at rest cost, call by call."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e import manifests
from e2e.calls import Call, check_golden, rendered
from e2e.loopback import HTTP
from e2e.passes import pass_over, settled
from e2e.warehouse import KIND, clusters_take
from e2e.world import World, running_world

TENANT, SCHEMA = "acme", "claims"
MOST_STATEMENTS = 12


def _table(name: str) -> dict[str, object]:
    return {"name": name, "columns": [{"name": "id", "type": "bigint"}, {"name": "note", "type": "varchar(64)"}]}


def _tenant(tables: int) -> dict[str, object]:
    reader = {"name": "reader", "grants": [{"object": "ALL TABLES", "privileges": ["SELECT"]}]}
    schema = {"name": SCHEMA, "roles": [reader], "tables": [_table(f"visits_{number}") for number in range(tables)]}
    return manifests.tenant(TENANT, warehouse={}, schemas=[schema])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One tenant alone, and no sweep: each pass is one that a test has asked for."""
    with running_world(Path(tmp_path_factory.mktemp("still")), sweep_seconds=3600) as world:
        clusters_take(world, default=0)
        since = world.calls.mark("onboarding")
        world.onboard(_tenant(2), timeout=90)
        settled(world, since)
        yield world
        assert world.calls.violations() == []


def _statements(world: World, since: int) -> list[str]:
    answer = HTTP.get(f"{world.endpoints.control}/statements", params={"since": since}, timeout=10).json()
    return [str(one["sql"]) for one in answer["statements"]]


def _last_statement(world: World) -> int:
    return int(HTTP.get(f"{world.endpoints.control}/statements", timeout=10).json()["last"])


def _looks_at_statements(calls: list[Call]) -> list[Call]:
    return [call for call in calls if call.operation == "DescribeStatement"]


def test_a_steady_pass_over_a_tenant_with_a_warehouse_only_reads(world: World) -> None:
    calls = pass_over(world, "ClientTenant", TENANT)
    check_golden("steady-warehouse", rendered(calls))
    assert not any(call.mutating for call in calls)


def test_a_steady_pass_over_a_schema_is_one_batch_that_only_reads(world: World) -> None:
    since = _last_statement(world)
    calls = pass_over(world, KIND, SCHEMA, TENANT)
    # How often it is asked whether they are done depends on how fast they are.
    looks = _looks_at_statements(calls)
    assert looks
    once = [call for call in calls if call.operation != "DescribeStatement"] + looks[:1]
    check_golden("steady-schema", rendered(once))
    statements = _statements(world, since)
    assert 0 < len(statements) <= MOST_STATEMENTS
    assert all(sql.startswith("SELECT ") for sql in statements)
    assert Counter(call.operation for call in once)["BatchExecuteStatement"] == 1


def test_more_tables_cost_no_more_statements(world: World) -> None:
    since = _last_statement(world)
    pass_over(world, KIND, SCHEMA, TENANT)
    few = len(_statements(world, since))
    world.cluster.apply(_tenant(40))
    world.cluster.wait_ready("ClientTenant", TENANT, timeout=90)
    settled(world, world.calls.mark("more tables"))
    since = _last_statement(world)
    pass_over(world, KIND, SCHEMA, TENANT)
    assert len(_statements(world, since)) == few
