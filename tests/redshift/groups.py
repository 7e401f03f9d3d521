"""Groups. https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_GROUP.html"""

from redshift.cursor import Cursor
from redshift.dependencies import holds_privileges
from redshift.errors import SqlError
from redshift.names import quote
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs


def _stored(session: Session, kind: str, name: str) -> str:
    return quote(session.names.identity(kind, name))


@performs("CREATE GROUP")
def create_group(session: Session, cursor: Cursor) -> Result:
    session.require_superuser("create groups")
    name = cursor.name()
    session.act(f"CREATE ROLE {_stored(session, 'group', name)} NOLOGIN")
    cursor.accept("WITH")
    if cursor.accept("USER"):
        _add(session, name, cursor.listed(cursor.user))
    return Result()


@performs("ALTER GROUP")
def alter_group(session: Session, cursor: Cursor) -> Result:
    session.require_superuser("alter groups")
    name = cursor.name()
    session.identity("group", name)
    stored = _stored(session, "group", name)
    if cursor.accept("ADD", "USER"):
        _add(session, name, cursor.listed(cursor.user))
    elif cursor.accept("DROP", "USER"):
        for user in cursor.listed(cursor.user):
            session.identity("user", user)
            session.act(f"REVOKE {stored} FROM {_stored(session, 'user', user)}")
    else:
        cursor.expect("RENAME", "TO")
        session.act(f"ALTER ROLE {stored} RENAME TO {_stored(session, 'group', cursor.name())}")
    return Result()


def _add(session: Session, group: str, users: list[str]) -> None:
    for user in users:
        session.identity("user", user)
        session.act(f"GRANT {_stored(session, 'group', group)} TO {_stored(session, 'user', user)}")


@performs("DROP GROUP")
def drop_group(session: Session, cursor: Cursor) -> Result:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_GROUP.html"""
    session.require_superuser("drop groups")
    name = cursor.name()
    if holds_privileges(session, session.identity("group", name)):
        raise SqlError(f'group "{name}" can\'t be dropped because the group has a privilege on some object', "55006")
    session.act(f"DROP ROLE {_stored(session, 'group', name)}")
    return Result()
