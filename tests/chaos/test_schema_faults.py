"""Each class of fault at each operation of the Data API, and within each transaction after each of its statements."""

from itertools import cycle, islice
from typing import Any

from chaos.database import assert_alike, snapshot
from chaos.lives import PHASES, Clean
from chaos.rig import PATIENCE, Rig
from chaos.schemas import Schemas, changing
from chaos.test_faults import FAULTS, NOT_FOR_READS
from e2e.loopback import HTTP
from e2e.waiting import until

# What a cluster may do to a statement; in the words of its own.
WITHIN: dict[str, dict[str, Any]] = {
    "session lost": {"kind": "disconnect"},
    "serialization": {"kind": "refuse", "message": "1023\nDETAIL:  Serializable isolation violation on table"},
    "aborted": {"kind": "abort"},
    "lock timeout": {"kind": "refuse", "message": "canceling statement due to lock timeout"},
    "deadlock": {"kind": "refuse", "message": "deadlock detected"},
}
# Nothing of the Data API is seen late: a statement is known by the id that it was answered with.
OUTSIDE = {name: fault for name, fault in FAULTS.items() if name != NOT_FOR_READS}
# A schema that lives somewhere.
Life = tuple[Schemas, str]


def test_with_a_fault_after_each_statement_of_each_transaction_nothing_is_half_applied(
    rig: Rig, warehouses: list[Schemas], clean: dict[str, Clean]
) -> None:
    """The nth schema has one at the nth statement of each phase; all live at once."""
    lives = _lives(warehouses, max(phase.statements for phase in clean.values()))
    faults = cycle(WITHIN.values())
    for title in PHASES:
        some = lives[: clean[title].statements]
        rules = [
            schemas.inject(name, **next(faults) | {"nth": nth, "sql": changing(name)})
            for nth, (schemas, name) in enumerate(some, 1)
        ]
        _live(lives, title, clean[title])
        missed = [nth for nth, rule in enumerate(rules, 1) if rig.hits(rule) != 1]
        rig.withdraw(*rules)
        assert missed == []


# Of a call that is about the catalog, and of one that is about a change.
POINTS = [
    *((operation, "looks") for operation in ("BatchExecuteStatement", "DescribeStatement", "GetStatementResult")),
    *((operation, "changes") for operation in ("BatchExecuteStatement", "ExecuteStatement", "DescribeStatement")),
]


def test_with_a_fault_at_each_operation_a_schema_still_becomes_as_declared(
    rig: Rig, warehouses: list[Schemas], clean: dict[str, Clean]
) -> None:
    """A schema for each class of fault and each operation, all at once."""
    cases = [(fault, *point) for fault in OUTSIDE for point in POINTS]
    lives = _lives(warehouses, len(cases))
    for title in ("born", "changed"):
        rules = []
        for (fault, operation, about), (schemas, name) in zip(cases, lives, strict=True):
            sql = changing(name) if about == "changes" else [f"SELECT *{name}*"]
            rules.append(schemas.inject(name, **OUTSIDE[fault] | {"operation": operation, "sql": sql}))
        _live(lives, title, clean[title])
        missed = [case for case, rule in zip(cases, rules, strict=True) if rig.hits(rule) == 0]
        rig.withdraw(*rules)
        assert missed == []


def test_nobody_is_let_in_while_what_hides_rows_and_values_cannot_be_made(
    schemas: Schemas, clean: dict[str, Clean]
) -> None:
    """Not even for the time of a pass: the other transactions go on, and these do not."""
    name = schemas.fresh()
    policies = [f"CREATE {kind} POLICY *{name}*" for kind in ("RLS", "MASKING")]
    refused = schemas.inject(name, kind="refuse", message="deadlock detected", sql=policies, count=-1)
    PHASES["born"].begin(schemas, name)
    # The second time, all that does not wait for the policies is there.
    until("it was tried twice", lambda: schemas.rig.hits(refused), lambda hits: hits >= 4, timeout=PATIENCE)
    found = snapshot(schemas, name)
    assert len(found["roles"]) == 2 and len(found["tables"]) == 2
    assert found["members"] == []
    assert [row for row in found["privileges"] if "ROLES" in row and "visits" in row] == []
    assert found["default privileges"] == []
    schemas.rig.withdraw(refused)
    schemas.wait(name, PHASES["born"].done)
    assert_alike(snapshot(schemas, name), clean["born"].left)


def _lives(warehouses: list[Schemas], count: int) -> list[Life]:
    return [(schemas, schemas.fresh()) for schemas in islice(cycle(warehouses), count)]


def _live(lives: list[Life], title: str, clean: Clean) -> None:
    """All of them through that phase, to the same end."""
    for schemas, name in lives:
        PHASES[title].begin(schemas, name)
    for schemas, name in lives:
        schemas.wait(name, PHASES[title].done)
    for schemas, name in lives:
        assert_alike(snapshot(schemas, name), clean.left)
        if title == "born":
            schemas.fill(name)


def test_a_transaction_whose_answer_is_lost_is_performed_once(schemas: Schemas, clean: dict[str, Clean]) -> None:
    """The request is sent again with the token that it had."""
    name = schemas.fresh()
    before = len(_performed(schemas, name))
    lost = [
        schemas.inject(name, kind="answer_lost", operation="*ExecuteStatement", sql=[verb]) for verb in changing(name)
    ]
    PHASES["born"].begin(schemas, name)
    schemas.wait(name, PHASES["born"].done)
    assert sum(schemas.rig.hits(rule) for rule in lost) >= 2
    schemas.rig.withdraw(*lost)
    assert before == 0 and len(_performed(schemas, name)) == clean["born"].statements


def _performed(schemas: Schemas, name: str) -> list[str]:
    """What the cluster was told to change, with the values left out of what changes rows."""
    told = HTTP.get(f"{schemas.rig.control}/statements", timeout=30).json()["statements"]
    mine = {each["id"].partition(":")[0] for each in told if name in each["sql"]}
    of_mine = [each["sql"] for each in told if each["id"].partition(":")[0] in mine]
    return [sql for sql in of_mine if not sql.startswith("SELECT")]
