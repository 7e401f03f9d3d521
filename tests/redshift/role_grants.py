"""GRANT ROLE and REVOKE ROLE."""

from redshift.cursor import Cursor
from redshift.errors import SqlError
from redshift.names import quote
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs


def _roles(session: Session, cursor: Cursor) -> str:
    def one() -> str:
        cursor.accept("ROLE")
        name = cursor.user()
        session.identity("role", name)
        return quote(session.names.identity("role", name))

    return ", ".join(cursor.listed(one))


@performs("GRANT ROLE")
def grant_role(session: Session, cursor: Cursor) -> Result:
    roles = _roles(session, cursor)
    cursor.expect("TO")

    def one() -> tuple[str, str]:
        kind = "role" if cursor.accept("ROLE") else "user"
        name = cursor.user()
        session.identity(kind, name)
        admin = cursor.accept("WITH", "ADMIN", "OPTION")
        if admin and kind == "role":
            raise SqlError("WITH ADMIN OPTION cannot be granted to a role", "0LP01")
        return quote(session.names.identity(kind, name)), " WITH ADMIN OPTION" if admin else ""

    for member, option in cursor.listed(one):
        session.act(f"GRANT {roles} TO {member}{option}")
    return Result()


@performs("REVOKE ROLE", "REVOKE ADMIN OPTION FOR")
def revoke_role(session: Session, cursor: Cursor) -> Result:
    option = "ADMIN OPTION FOR " if cursor.tokens[1].text.upper() == "ADMIN" else ""
    if option:
        cursor.expect("ROLE")
    roles = _roles(session, cursor)
    cursor.expect("FROM")

    def one() -> str:
        kind = "role" if cursor.accept("ROLE") else "user"
        name = cursor.user()
        session.identity(kind, name)
        return quote(session.names.identity(kind, name))

    members = ", ".join(cursor.listed(one))
    session.act(f"REVOKE {option}{roles} FROM {members}")
    return Result()
