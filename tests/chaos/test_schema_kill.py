"""A schema's whole life, with SIGKILL at every statement of it: after it was sent, asked about, and within it."""

from collections.abc import Callable
from functools import partial

import pytest

from chaos.database import assert_alike, snapshot
from chaos.dying import dies_again_and_again
from chaos.lives import PHASES, Clean, Phase
from chaos.rig import Rig
from chaos.schemas import Schemas, changing, warehouse
from e2e.kinds import Object


def _after_it_was_sent(name: str, death: int) -> list[Object]:
    """The cluster performs it while the operator is away, or while it looks again."""
    return [{"kind": "kill", "operation": "*ExecuteStatement", "sql": changing(name)}]


def _after_it_was_asked_about(name: str, death: int) -> list[Object]:
    return [{"kind": "kill", "operation": "DescribeStatement", "sql": changing(name)}]


def _within_it(name: str, death: int) -> list[Object]:
    """With its session, so that it is rolled back; every other time it is sent once more."""
    if death % 2:
        return _after_it_was_sent(name, death)
    there = {"sql": changing(name), "nth": 1 + death // 2 % 3}
    return [{"kind": "kill", "when": "within"} | there, {"kind": "disconnect"} | there]


WAYS = {way.__name__.strip("_"): way for way in (_after_it_was_sent, _after_it_was_asked_about, _within_it)}


@pytest.mark.parametrize("way", WAYS)
def test_killed_at_every_statement_of_its_life_a_schema_is_as_after_a_life_without(
    schemas: Schemas, clean: dict[str, Clean], way: str
) -> None:
    name = schemas.fresh()
    for title, phase in PHASES.items():
        deaths = _lives(schemas, name, phase, lambda death: WAYS[way](name, death))
        print(f"\n{title}: died {deaths} times in {clean[title].transactions} transactions")
        assert_alike(snapshot(schemas, name), clean[title].left)
        assert deaths >= clean[title].transactions
        if title == "born":
            schemas.fill(name)


@pytest.mark.parametrize("operation", ["BatchExecuteStatement", "DescribeStatement", "GetStatementResult"])
def test_killed_after_every_look_at_the_catalog_it_looks_again(
    schemas: Schemas, clean: dict[str, Clean], operation: str
) -> None:
    """First after the first call, then after the second, and so on, until a life has no more of them."""
    name = schemas.fresh()
    schemas.bear(name)
    look = {"kind": "kill", "operation": operation, "sql": f"SELECT *{name}*"}
    deaths = _lives(schemas, name, PHASES["changed"], lambda death: [look | {"nth": death + 1}])
    print(f"\ndied {deaths} times")
    assert deaths > 1
    assert_alike(snapshot(schemas, name), clean["changed"].left)


def test_killed_after_every_call_of_a_deletion_that_retains_it_loses_nothing(schemas: Schemas) -> None:
    name = schemas.fresh()
    schemas.bear(name, deletionPolicy="Retain")
    before = snapshot(schemas, name)
    call = {"kind": "kill", "service": "redshift-data"}
    _lives(schemas, name, PHASES["deleted"], lambda death: [call | {"nth": death + 1}])
    assert_alike(snapshot(schemas, name), before)


_LEDGER = {
    "sent": [{"kind": "kill", "operation": "BatchExecuteStatement", "sql": "CREATE SCHEMA IF NOT EXISTS *"}],
    "within": [
        {"kind": kind, "sql": "CREATE SCHEMA IF NOT EXISTS *"} | more
        for kind, more in (("kill", {"when": "within"}), ("disconnect", {}))
    ],
}


@pytest.mark.parametrize("way", _LEDGER)
def test_killed_while_the_first_schema_of_a_warehouse_makes_the_ledger_there_is_one(
    rig: Rig, clean: dict[str, Clean], way: str
) -> None:
    schemas = warehouse(rig, f"first{way}")
    name = schemas.fresh()
    deaths = _lives(schemas, name, PHASES["born"], lambda death: [] if death else _LEDGER[way])
    assert deaths == 1
    assert_alike(snapshot(schemas, name), clean["born"].left)


def _lives(schemas: Schemas, name: str, phase: Phase, rules: Callable[[int], list[Object]]) -> int:
    """The phase, with these rules for calls and statements about the schema; how often it died."""
    about = {"sql": f"*{name}*"}
    done = partial(phase.done, schemas, name)
    return dies_again_and_again(
        schemas.rig, partial(phase.begin, schemas, name), done, lambda death: [about | rule for rule in rules(death)]
    )
