"""A look at a schema costs as much with many tables as with few, and changes nothing."""

from collections import Counter
from collections.abc import Iterator

import pytest

from e2e import large
from e2e.calls import Call
from e2e.loopback import HTTP
from e2e.manifests import tenant
from e2e.waiting import until
from e2e.world import World, running_world

TENANT, KIND = "large", "RedshiftSchema"
TABLES = {"few": 2, "many": 60}
ROLES = 10
MOST = 12


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """No sweep: each pass is one that a test has asked for."""
    with running_world(tmp_path_factory.mktemp("large"), sweep_seconds=3600) as world:
        HTTP.post(f"{world.endpoints.control}/redshift", json={"default": 0}, timeout=10).raise_for_status()
        world.onboard(tenant(TENANT, warehouse={}), timeout=60)
        for name, tables in TABLES.items():
            world.cluster.apply(large.schema(name, TENANT, large.spec(tables, ROLES)))
        for name in TABLES:
            world.cluster.wait_ready(KIND, name, TENANT, timeout=120)
        _settled(world, 0)
        yield world
        assert world.calls.violations() == []


def _settled(world: World, since: int) -> list[Call]:
    """The calls since then, once no more have come for a second."""
    seen: list[int] = []

    def quiet() -> bool:
        seen.append(len(world.calls.since(since)))
        return len(seen) > 10 and len(set(seen[-10:])) == 1

    until("the operator has come to rest", quiet, timeout=60)
    return world.calls.since(since)


def _steady_pass(world: World, name: str) -> tuple[list[Call], list[str]]:
    since, told = world.calls.mark(name), len(large.statements(world.endpoints.control))
    world.cluster.poke(KIND, name, TENANT)
    until("the pass begins", lambda: world.calls.since(since))
    return _settled(world, since), large.statements(world.endpoints.control, told)


def test_a_steady_pass_takes_as_many_statements_with_many_tables_as_with_few(quiet: World) -> None:
    passes = {name: _steady_pass(quiet, name) for name in TABLES}
    assert len(passes["few"][1]) == len(passes["many"][1]) <= MOST
    for calls, statements in passes.values():
        assert statements and all(sql.startswith("SELECT ") for sql in statements)
        assert {call.service for call in calls} <= {"redshift-data", "sts"}
        # One request, whose rows are then fetched a thousand at a time.
        assert Counter(call.operation for call in calls)["BatchExecuteStatement"] == 1


def test_every_grant_of_every_table_is_given(quiet: World) -> None:
    """By the cluster's own account, so that the look is not at something empty."""
    cluster = next(
        resource["id"].partition("/")[2]
        for resource in quiet.cluster.get("ClientTenant", TENANT)["status"]["resources"]
        if resource["id"].startswith("redshift-cluster/")
    )
    told = {"account": quiet.aws.number, "cluster": cluster, "database": TENANT}
    sql = "SELECT relation_name, identity_name FROM svv_relation_privileges WHERE namespace_name = 'many'"
    answer = HTTP.post(f"{quiet.endpoints.control}/sql", json=told | {"sql": sql}, timeout=60)
    pairs = {(relation, role) for relation, role in answer.json()["rows"] if role.startswith(f"{TENANT}.many.")}
    assert len(pairs) == TABLES["many"] * ROLES
