"""Flips of tables and their columns, by hand in SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from drift.policies import attachments
from drift.schema import STRANGER
from drift.schema_snapshot import SCHEMA
from e2e.sql import Database


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    nullable: bool
    default: str | None
    encoding: str
    is_key: bool
    sorted_as: int

    @classmethod
    def of(cls, row: list[Any]) -> "Column":
        name, type_, nullable, default, encoding, distkey, sortkey = row
        return cls(name, type_, nullable == "YES", default, encoding, distkey == "t", int(sortkey))

    @property
    def written(self) -> str:
        default = f" DEFAULT {self.default}" if self.default else ""
        return f"{self.name} {self.type}{default}{'' if self.nullable else ' NOT NULL'}"


def flip_table(database: Database, path: str) -> None:
    _, table, part, *rest = path.split(".")
    name = f"{SCHEMA}.{table}"
    flips: dict[str, Callable[[], object]] = {
        "columns": lambda: _flip_column(database, table, *rest),
        "distribution": lambda: database(f"ALTER TABLE {name} ALTER DISTSTYLE {_other_style(database, table)}"),
        "owner": lambda: database(f"ALTER TABLE {name} OWNER TO {STRANGER}"),
        "primaryKey": lambda: _flip_key(database, table),
        "rowLevelSecurity": lambda: _flip_security(database, table),
        "sort": lambda: _flip_sort(database, table, rest[0]),
    }
    if part not in flips:
        raise AssertionError(f"no flip for {path} of a table")
    flips[part]()


def _columns(database: Database, table: str) -> list[Column]:
    rows = database(
        "SELECT column_name, data_type, is_nullable, column_default, encoding, distkey, sortkey"
        f" FROM svv_redshift_columns WHERE schema_name = '{SCHEMA}' AND table_name = '{table}'"
        " ORDER BY ordinal_position"
    )
    return [Column.of(row) for row in rows]


def _flip_column(database: Database, table: str, name: str, field: str) -> None:
    (column,) = [column for column in _columns(database, table) if column.name == name]
    change = f"ALTER TABLE {SCHEMA}.{table}"
    if field == "encode":
        database(f"{change} ALTER COLUMN {name} ENCODE {'raw' if column.encoding != 'raw' else 'lzo'}")
    elif field == "type" and name == "note":
        # The one change of a type that Redshift makes in place.
        database(f"{change} ALTER COLUMN {name} TYPE varchar(250)")
    else:
        # What else hinders the column's removal is flipped with it, and has to come back as well.
        other = _other(column, field)
        database(*_freed(database, table), f"{change} DROP COLUMN {name} CASCADE", f"{change} ADD COLUMN {other}")


def _other(column: Column, field: str) -> str:
    name = column.name
    match field:
        case "type":
            type_, value = ("bigint", "0") if column.type.startswith("character varying") else ("varchar(40)", "'0'")
            return f"{name} {type_}" if column.nullable else f"{name} {type_} DEFAULT {value} NOT NULL"
        case "nullable" if column.nullable:
            return f"{name} {column.type} DEFAULT {column.default or _value(column.type)} NOT NULL"
        case "nullable":
            return f"{name} {column.type} DEFAULT {column.default}" if column.default else f"{name} {column.type}"
        case "default":
            return f"{name} {column.type}" if column.nullable else f"{name} {column.type} DEFAULT 'other' NOT NULL"
        case _:
            raise AssertionError(f"no flip for {field} of a column")


def _value(type_: str) -> str:
    if type_.startswith("character"):
        return "'none'"
    return {"bigint": "0", "date": "'2026-01-01'"}.get(type_, "'2026-01-01 00:00:00'")


def _freed(database: Database, table: str) -> list[str]:
    """What takes the policies and keys off a table, any of whose columns can go then."""
    change = f"ALTER TABLE {SCHEMA}.{table}"
    keyed = any(column.is_key for column in _columns(database, table))
    return [
        *attachments(database, table),
        *(f"{change} DROP CONSTRAINT {key}" for key in _keys(database, table)),
        *([f"{change} ALTER DISTSTYLE EVEN"] if keyed else []),
        f"{change} ALTER SORTKEY NONE",
    ]


def _keys(database: Database, table: str) -> list[str]:
    rows = database(
        "SELECT k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
        f" JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '{SCHEMA}' AND c.relname = '{table}'"
    )
    return [f'"{name}"' for (name,) in rows]


def _other_style(database: Database, table: str) -> str:
    """0 is EVEN."""
    rows = database(
        "SELECT c.reldiststyle FROM pg_class_info c JOIN pg_namespace n ON n.oid = c.relnamespace"
        f" WHERE n.nspname = '{SCHEMA}' AND c.relname = '{table}'"
    )
    return "AUTO" if int(rows[0][0]) == 0 else "EVEN"


def _flip_key(database: Database, table: str) -> None:
    change = f"ALTER TABLE {SCHEMA}.{table}"
    keys = _keys(database, table)
    required = next(column.name for column in _columns(database, table) if not column.nullable)
    add = f"{change} ADD CONSTRAINT by_hand PRIMARY KEY ({required})"
    database(*(f"{change} DROP CONSTRAINT {key}" for key in keys), *([] if keys else [add]))


def _flip_security(database: Database, table: str) -> None:
    on = database(f"SELECT 1 FROM svv_rls_relation WHERE relschema = '{SCHEMA}' AND relname = '{table}' AND is_rls_on")
    database(f"ALTER TABLE {SCHEMA}.{table} ROW LEVEL SECURITY {'OFF' if on else 'ON'}")


def _flip_sort(database: Database, table: str, field: str) -> None:
    columns = _columns(database, table)
    keys = [column.name for column in sorted(columns, key=lambda c: abs(c.sorted_as)) if column.sorted_as]
    interleaved = any(column.sorted_as < 0 for column in columns)
    if field == "columns" or interleaved:
        kept = keys if field == "interleaved" else keys[:1]
        database(f"ALTER TABLE {SCHEMA}.{table} ALTER COMPOUND SORTKEY ({', '.join(kept)})")
        return
    # Only a table that is made anew is sorted so.
    name, written = f"{SCHEMA}.{table}", ", ".join(column.written for column in columns)
    database(
        *attachments(database, table),
        f"CREATE TABLE {name}_anew ({written}) INTERLEAVED SORTKEY ({', '.join(keys)})",
        f"DROP TABLE {name}",
        f"ALTER TABLE {name}_anew RENAME TO {table}",
    )
