"""Databases. "You can't run CREATE DATABASE within a transaction block (BEGIN ... END)."

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_DATABASE.html
https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_DATABASE.html
"""

from redshift.cursor import Cursor
from redshift.errors import SqlError, unsupported
from redshift.names import quote
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs


def _alone(session: Session, statement: str, sql: str) -> Result:
    if session.block:
        raise SqlError(f"{statement} cannot run inside a transaction block", "25001")
    allowed = session.act("SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user").fetchall()
    if not allowed[0][0]:
        raise SqlError(f"permission denied to {statement.lower()}", "42501")
    session.commit()
    with session.errors():
        session.connection.execute(sql)
    return Result()


@performs("CREATE DATABASE")
def create_database(session: Session, cursor: Cursor) -> Result:
    name = cursor.name()
    cursor.accept("WITH")
    owner, limit = session.user, -1
    while cursor.peek() is not None:
        if cursor.accept("OWNER"):
            cursor.accept("=")
            owner = cursor.user()
        elif cursor.accept("CONNECTION", "LIMIT"):
            limit = -1 if cursor.accept("UNLIMITED") else cursor.integer()
        elif cursor.accept("ISOLATION", "LEVEL"):
            if not cursor.accept("SNAPSHOT"):
                raise unsupported("ISOLATION LEVEL other than SNAPSHOT")
        elif cursor.accept("COLLATE"):
            if not cursor.accept("CASE_SENSITIVE"):
                raise unsupported("COLLATE other than CASE_SENSITIVE")
        else:
            raise unsupported("this option of a database")
    session.identity("user", owner)
    authorization = quote(session.names.identity("user", owner))
    sql = f"CREATE DATABASE {session.names.quoted(name)} OWNER {authorization} CONNECTION LIMIT {limit}"
    return _alone(session, "CREATE DATABASE", sql)


@performs("DROP DATABASE")
def drop_database(session: Session, cursor: Cursor) -> Result:
    name = cursor.name()
    force = " WITH (FORCE)" if cursor.accept("FORCE") else ""
    cursor.end()
    return _alone(session, "DROP DATABASE", f"DROP DATABASE {session.names.quoted(name)}{force}")


@performs("ALTER DATABASE")
def alter_database(session: Session, cursor: Cursor) -> Result:
    change = f"ALTER DATABASE {session.names.quoted(cursor.name())}"
    if cursor.accept("OWNER", "TO"):
        owner = cursor.user()
        session.identity("user", owner)
        session.act(f"{change} OWNER TO {quote(session.names.identity('user', owner))}")
        return Result()
    cursor.expect("CONNECTION", "LIMIT")
    session.act(f"{change} CONNECTION LIMIT {-1 if cursor.accept('UNLIMITED') else cursor.integer()}")
    return Result()
