"""A column and a constraint as CREATE TABLE and ALTER TABLE declare them."""

import secrets
from dataclasses import dataclass, field

from redshift import query
from redshift.cursor import Cursor, Relation
from redshift.errors import SqlError, unsupported
from redshift.session import Session
from redshift.types import Type, parse_encoding, parse_type

BYTES = "redshift_bytes_"
PRIMARY, UNIQUE, FOREIGN = "p", "u", "f"
# What may follow a default expression.
ATTRIBUTES = (
    ("ENCODE",), ("NOT", "NULL"), ("NULL",), ("DISTKEY",), ("SORTKEY",), ("UNIQUE",), ("PRIMARY",), ("REFERENCES",),
    ("COLLATE",), ("IDENTITY",), ("GENERATED",), (",",),
)  # fmt: skip


@dataclass(slots=True)
class Constraint:
    type: str
    columns: list[str]
    name: str = ""
    referenced: Relation | None = None
    referenced_columns: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ColumnDefinition:
    name: str
    type: Type
    sql: str = ""  # what follows the type, for PostgreSQL
    encoding: str | None = None
    not_null: bool = False
    distkey: bool = False
    sortkey: bool = False
    constraints: list[Constraint] = field(default_factory=list)

    def written(self, session: Session) -> str:
        null = " NOT NULL" if self.not_null else ""
        name = session.names.quoted(self.name)
        return f"{name} {self.type.postgres}{self.sql}{null}{byte_limit(name, self.type)}"


def byte_limit(quoted: str, kind: Type) -> str:
    """ "CHAR and VARCHAR data types are defined in terms of bytes, not characters."

    https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html
    """
    if kind.length is None:
        return ""
    return f" CONSTRAINT {BYTES}{secrets.token_hex(8)} CHECK (octet_length({quoted}) <= {kind.length})"


def parse_column(session: Session, cursor: Cursor) -> ColumnDefinition:
    column = ColumnDefinition(cursor.name(), parse_type(cursor))
    while cursor.peek() is not None and not cursor.at(",") and not cursor.at(")"):
        _attribute(session, cursor, column)
    return column


def _attribute(session: Session, cursor: Cursor, column: ColumnDefinition) -> None:
    if cursor.accept("DEFAULT"):
        source = cursor.text_until(lambda at: any(at.at(*words) for words in ATTRIBUTES))
        column.sql += f" DEFAULT {query.expression(source, session.names, session.database)}"
    elif cursor.accept("IDENTITY"):
        column.sql += _identity(cursor, "ALWAYS")
        column.not_null = True
    elif cursor.accept("GENERATED", "BY", "DEFAULT", "AS", "IDENTITY"):
        column.sql += _identity(cursor, "BY DEFAULT")
        column.not_null = True
    elif cursor.accept("ENCODE"):
        column.encoding = parse_encoding(cursor)
    elif cursor.accept("DISTKEY"):
        column.distkey = True
    elif cursor.accept("SORTKEY"):
        column.sortkey = True
    elif cursor.accept("NOT", "NULL"):
        column.not_null = True
    elif cursor.accept("NULL"):
        pass
    elif cursor.accept("COLLATE"):
        if not cursor.accept("CASE_SENSITIVE"):
            raise unsupported("COLLATE other than CASE_SENSITIVE")
    else:
        column.constraints.append(_column_constraint(cursor, column))


def _identity(cursor: Cursor, how: str) -> str:
    seed, step = cursor.in_parentheses(cursor.integer)
    limits = "" if step > 0 else " MAXVALUE 9223372036854775807"
    return f" GENERATED {how} AS IDENTITY (START WITH {seed} INCREMENT BY {step} MINVALUE {min(seed, 1)}{limits})"


def _column_constraint(cursor: Cursor, column: ColumnDefinition) -> Constraint:
    if cursor.accept("UNIQUE"):
        return Constraint(UNIQUE, [column.name])
    if cursor.accept("PRIMARY", "KEY"):
        column.not_null = True
        return Constraint(PRIMARY, [column.name])
    if cursor.at("REFERENCES"):
        return _references(cursor, Constraint(FOREIGN, [column.name]))
    raise cursor.wrong()


def _references(cursor: Cursor, constraint: Constraint) -> Constraint:
    cursor.expect("REFERENCES")
    constraint.referenced = cursor.relation()
    if cursor.at("("):
        constraint.referenced_columns = cursor.in_parentheses(cursor.name)
    return constraint


def parse_constraint(cursor: Cursor) -> Constraint | None:
    """A table constraint, if one comes next."""
    name = cursor.name() if cursor.accept("CONSTRAINT") else ""
    if cursor.accept("PRIMARY", "KEY"):
        return Constraint(PRIMARY, cursor.in_parentheses(cursor.name), name)
    if cursor.at("UNIQUE", "("):
        cursor.expect("UNIQUE")
        return Constraint(UNIQUE, cursor.in_parentheses(cursor.name), name)
    if cursor.accept("FOREIGN", "KEY"):
        return _references(cursor, Constraint(FOREIGN, cursor.in_parentheses(cursor.name), name))
    if name:
        raise SqlError(f'syntax error in constraint "{name}"')
    return None
