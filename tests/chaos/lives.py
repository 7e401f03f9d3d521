"""The phases of a schema's life, and what each leaves in the database when nothing goes wrong."""

from collections.abc import Callable
from dataclasses import dataclass

from chaos.database import Snapshot, snapshot
from chaos.schemas import Schemas, born, changed, changing


@dataclass(frozen=True)
class Phase:
    begin: Callable[[Schemas, str], None]
    done: Callable[[Schemas, str], bool]


PHASES = {
    "born": Phase(lambda schemas, name: schemas.apply(name, born(name)), Schemas.is_ready),
    "changed": Phase(
        lambda schemas, name: schemas.apply(name, changed(name), deletionPolicy="Delete"), Schemas.is_ready
    ),
    "deleted": Phase(Schemas.delete, Schemas.is_gone),
}


@dataclass(frozen=True)
class Clean:
    left: Snapshot
    # How many of each that change something.
    transactions: int
    statements: int


def clean_life(schemas: Schemas) -> dict[str, Clean]:
    """Of one schema, by phase. Born, it gets its rows."""
    name = schemas.fresh()
    found = {}
    for title, phase in PHASES.items():
        change = {"sql": changing(name)}
        with (
            schemas.counted(name, kind="throttle", operation="*ExecuteStatement", **change) as transactions,
            schemas.counted(name, kind="abort", **change) as statements,
        ):
            phase.begin(schemas, name)
            schemas.wait(name, phase.done)
            found[title] = Clean(snapshot(schemas, name), transactions(), statements())
        if title == "born":
            schemas.fill(name)
    assert all(clean.statements > clean.transactions > 5 for clean in found.values())
    assert found["changed"].left["rows of visits"]
    assert not any(found["deleted"].left.values())
    return found
