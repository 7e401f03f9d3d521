"""Schemas. https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_SCHEMA.html"""

from redshift.cursor import Cursor
from redshift.errors import SqlError, no_such, unsupported
from redshift.names import quote
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs

MEGABYTES = {"MB": 1, "GB": 1024, "TB": 1024 * 1024}
RESERVED = ("public", "redshift", "information_schema")


@performs("CREATE SCHEMA")
def create_schema(session: Session, cursor: Cursor) -> Result:
    absent = cursor.accept("IF", "NOT", "EXISTS")
    name = "" if cursor.at("AUTHORIZATION") else cursor.name()
    owner = cursor.user() if cursor.accept("AUTHORIZATION") else session.user
    name = name or owner
    quota = _quota(cursor) if cursor.accept("QUOTA") else None
    if cursor.peek() is not None:
        raise unsupported("CREATE SCHEMA with further elements")
    if name in RESERVED or name.startswith("pg_"):
        raise SqlError(f'unacceptable schema name "{name}"', "42939")
    session.identity("user", owner)
    if absent and _oid(session, name) is not None:
        return Result()
    authorization = quote(session.names.identity("user", owner))
    session.act(f"CREATE SCHEMA {session.names.quoted(name)} AUTHORIZATION {authorization}")
    if quota:
        _set_quota(session, name, quota)
    return Result()


@performs("ALTER SCHEMA")
def alter_schema(session: Session, cursor: Cursor) -> Result:
    name = cursor.name()
    if cursor.accept("QUOTA"):
        quota = _quota(cursor)
        session.require_superuser("alter the quota of a schema")
        _set_quota(session, name, quota)
        return Result()
    change = f"ALTER SCHEMA {session.names.quoted(name)}"
    if cursor.accept("RENAME", "TO"):
        session.act(f"{change} RENAME TO {session.names.quoted(cursor.name())}")
        return Result()
    cursor.expect("OWNER", "TO")
    owner = cursor.user()
    session.identity("user", owner)
    session.act(f"{change} OWNER TO {quote(session.names.identity('user', owner))}")
    return Result()


@performs("DROP SCHEMA")
def drop_schema(session: Session, cursor: Cursor) -> Result:
    existing = "IF EXISTS " if cursor.accept("IF", "EXISTS") else ""
    names = cursor.listed(cursor.name)
    if cursor.accept("DROP", "EXTERNAL"):
        raise unsupported("DROP EXTERNAL DATABASE")
    behaviour = cursor.one_of("CASCADE", "RESTRICT") or "RESTRICT"
    cursor.end()
    session.act(f"DROP SCHEMA {existing}{', '.join(session.names.quoted(name) for name in names)} {behaviour}")
    return Result()


def _quota(cursor: Cursor) -> int:
    """In megabytes; 0 is no quota. "Gigabytes is the default unit of measurement"."""
    if cursor.accept("UNLIMITED"):
        return 0
    number = cursor.integer()
    return number * MEGABYTES[cursor.one_of(*MEGABYTES) or "GB"]


def _oid(session: Session, name: str) -> int | None:
    found = session.own("SELECT oid FROM pg_namespace WHERE nspname = %s", (session.names.stored(name),))
    return int(found[0][0]) if found else None


def _set_quota(session: Session, name: str, quota: int) -> None:
    schema = _oid(session, name)
    if schema is None:
        raise no_such("schema", name)
    session.own("DELETE FROM redshift.schema_quotas WHERE nspid = %s", (schema,))
    if quota:
        session.own("INSERT INTO redshift.schema_quotas VALUES (%s, %s)", (schema, quota))
