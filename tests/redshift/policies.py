"""What row-level security and masking policies have in common."""

import json

from redshift.cursor import Cursor
from redshift.errors import SqlError
from redshift.session import Session
from redshift.types import Type, parse_type


def require_secadmin(session: Session) -> None:
    """ "Superusers and users or roles that have the sys:secadmin role can create a policy." """
    if not session.act("SELECT redshift.is_secadmin()").fetchall()[0][0]:
        raise SqlError("permission denied: must be superuser or have the sys:secadmin role", "42501")


def parse_columns(cursor: Cursor) -> list[tuple[str, Type]]:
    return cursor.in_parentheses(lambda: (cursor.name(), parse_type(cursor)))


def described(columns: list[tuple[str, Type]]) -> str:
    return json.dumps([{"colname": name, "type": kind.postgres} for name, kind in columns])


def expression(cursor: Cursor) -> str:
    cursor.expect("(")
    text = cursor.rest()
    cursor.expect(")")
    return text


def exists(session: Session, kind: str, name: str) -> bool:
    return bool(session.own(f"SELECT 1 FROM redshift.{kind}_policies WHERE name = %s", (name,)))


def require(session: Session, kind: str, name: str) -> None:
    if not exists(session, kind, name):
        raise SqlError(f'{"RLS" if kind == "rls" else "masking"} policy "{name}" does not exist', "42704")
