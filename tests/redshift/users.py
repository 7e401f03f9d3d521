"""Users. https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html"""

import re

from redshift.cursor import Cursor
from redshift.dependencies import holds_privileges, owns_objects
from redshift.errors import SqlError, unsupported
from redshift.names import literal, quote
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs

DIGEST = re.compile(r"md5[0-9a-f]{32}|sha256\|.+", re.IGNORECASE)
SYSLOG = "syslog access unrestricted"


@performs("CREATE USER")
def create_user(session: Session, cursor: Cursor) -> Result:
    name = cursor.user()
    if name.startswith(("role:", "group:")) or name == "public":
        raise unsupported(f"a user called {name}")
    cursor.accept("WITH")
    if not cursor.at("PASSWORD"):
        raise cursor.wrong()  # the only option that the syntax demands
    stored = quote(session.names.identity("user", name))
    session.act(f"CREATE ROLE {stored} LOGIN")
    _options(session, cursor, stored)
    return Result()


@performs("ALTER USER")
def alter_user(session: Session, cursor: Cursor) -> Result:
    name = cursor.user()
    session.identity("user", name)
    stored = quote(session.names.identity("user", name))
    cursor.accept("WITH")
    if cursor.accept("RENAME", "TO"):
        session.act(f"ALTER ROLE {stored} RENAME TO {quote(session.names.identity('user', cursor.user()))}")
        return Result()
    if cursor.peek() is None:
        raise cursor.wrong()
    session.require_superuser("alter users")
    _options(session, cursor, stored)
    return Result()


FLAGS = {"CREATEDB": "CREATEDB", "NOCREATEDB": "NOCREATEDB", "CREATEUSER": "SUPERUSER", "NOCREATEUSER": "NOSUPERUSER"}


def _options(session: Session, cursor: Cursor, stored: str) -> None:
    while cursor.peek() is not None:
        flag = cursor.one_of(*FLAGS)
        if flag:
            session.act(f"ALTER ROLE {stored} {FLAGS[flag]}")
        elif cursor.accept("PASSWORD"):
            _password(cursor)
        elif cursor.accept("IN", "GROUP"):
            for group in cursor.listed(cursor.name):
                session.identity("group", group)
                session.act(f"GRANT {quote(session.names.identity('group', group))} TO {stored}")
        elif cursor.accept("VALID", "UNTIL"):
            session.act(f"ALTER ROLE {stored} VALID UNTIL {literal(cursor.string())}")
        elif cursor.accept("CONNECTION", "LIMIT"):
            limit = -1 if cursor.accept("UNLIMITED") else cursor.integer()
            session.act(f"ALTER ROLE {stored} CONNECTION LIMIT {limit}")
        elif cursor.accept("SYSLOG", "ACCESS"):
            unrestricted = cursor.accept("UNRESTRICTED")
            if not unrestricted:
                cursor.expect("RESTRICTED")
            session.own(f"COMMENT ON ROLE {stored} IS {literal(SYSLOG) if unrestricted else 'NULL'}")
        elif cursor.one_of("SESSION", "EXTERNALID", "SET", "RESET"):
            raise unsupported("this option of a user")
        else:
            raise cursor.wrong()


def _password(cursor: Cursor) -> None:
    """Asked, then forgotten: nobody logs in by password here."""
    if cursor.accept("DISABLE"):
        return
    given = cursor.string()
    if DIGEST.fullmatch(given):
        return
    # "It must be 8 to 64 characters in length [and] contain at least one uppercase letter, one lowercase letter, and
    # one number."
    if not 8 <= len(given) <= 64 or not all(re.search(kind, given) for kind in ("[A-Z]", "[a-z]", "[0-9]")):
        raise SqlError(
            "Password must be 8 to 64 characters in length and contain at least one uppercase letter, one lowercase "
            "letter and one number", "22023",
        )  # fmt: skip


@performs("DROP USER")
def drop_user(session: Session, cursor: Cursor) -> Result:
    """Only this database is looked at, as the documentation of DROP USER says."""
    existing = cursor.accept("IF", "EXISTS")
    for name in cursor.listed(cursor.user):
        if existing and not session.own("SELECT 1 FROM redshift.identities WHERE kind = 'user' AND name = %s", (name,)):
            continue
        session.require_superuser("drop users")
        user = session.identity("user", name)
        if owns_objects(session, user):
            raise SqlError(f'user "{name}" can\'t be dropped because the user owns some object', "55006")
        if holds_privileges(session, user):
            raise SqlError(f'user "{name}" can\'t be dropped because the user has a privilege on some object', "55006")
        session.act(f"DROP ROLE {quote(session.names.identity('user', name))}")
    return Result()
