"""Roles. https://docs.aws.amazon.com/redshift/latest/dg/t_Roles.html"""

from redshift.cursor import Cursor
from redshift.dependencies import holds_privileges
from redshift.errors import SqlError, unsupported
from redshift.names import literal, quote
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs


@performs("CREATE ROLE")
def create_role(session: Session, cursor: Cursor) -> Result:
    name = cursor.name()
    if cursor.at("EXTERNALID"):
        raise unsupported("EXTERNALID")
    cursor.end()
    # Those of the system begin with sys:
    if name == "public" or name.startswith("sys:"):
        raise SqlError(f'role name "{name}" is reserved', "42939")
    # "The role name must be unique and can't be the same as any user names." (r_CREATE_ROLE.html)
    if session.own("SELECT 1 FROM redshift.identities WHERE kind = 'user' AND name = %s", (name,)):
        raise SqlError(f'user "{name}" already exists', "42710")
    stored = quote(session.names.identity("role", name))
    session.act(f"CREATE ROLE {stored} NOLOGIN")
    session.own(f"COMMENT ON ROLE {stored} IS {literal(session.user)}")
    return Result()


@performs("ALTER ROLE")
def alter_role(session: Session, cursor: Cursor) -> Result:
    cursor.accept("WITH")
    name = cursor.user()
    session.identity("role", name)
    stored = quote(session.names.identity("role", name))
    if cursor.accept("RENAME", "TO"):
        session.act(f"ALTER ROLE {stored} RENAME TO {quote(session.names.identity('role', cursor.name()))}")
        return Result()
    cursor.expect("OWNER", "TO")
    owner = cursor.user()
    session.identity("user", owner)
    session.require_superuser("alter the owner of a role")
    session.own(f"COMMENT ON ROLE {stored} IS {literal(owner)}")
    return Result()


@performs("DROP ROLE")
def drop_role(session: Session, cursor: Cursor) -> Result:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_ROLE.html"""
    name = cursor.user()
    force = cursor.accept("FORCE")
    if not force:
        cursor.accept("RESTRICT")
    cursor.end()
    role = session.identity("role", name)
    if not force:
        _refuse_assigned(session, role)
    if holds_privileges(session, role):
        raise SqlError(f'role "{name}" can\'t be dropped because the role has a privilege on some object', "55006")
    session.act(f"DROP ROLE {quote(session.names.identity('role', name))}")  # PostgreSQL drops its assignments too
    return Result()


def _refuse_assigned(session: Session, role: int) -> None:
    kinds = session.own("SELECT member_kind FROM redshift.memberships WHERE granted_id = %s", (role,))
    if ("user",) in kinds:
        raise SqlError("cannot drop this role since it has been granted on a user", "2BP01")
    if kinds or session.own("SELECT 1 FROM redshift.memberships WHERE member_id = %s", (role,)):
        raise SqlError("cannot drop this role since it depends on another role", "2BP01")
