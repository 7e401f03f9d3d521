"""ALTER DEFAULT PRIVILEGES. https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_DEFAULT_PRIVILEGES.html"""

from redshift.cursor import Cursor
from redshift.errors import unsupported
from redshift.grantees import parse_grantees
from redshift.names import quote
from redshift.privileges import ON_RELATIONS, kept, parse_privileges
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs


@performs("ALTER DEFAULT PRIVILEGES")
def alter_default_privileges(session: Session, cursor: Cursor) -> Result:
    sql = "ALTER DEFAULT PRIVILEGES"
    users: list[str] = []
    if cursor.accept("FOR", "USER"):
        users = cursor.listed(cursor.user)
        for user in users:
            session.identity("user", user)
        if users != [session.user]:
            session.require_superuser("alter the default privileges of other users")
        sql += " FOR ROLE " + ", ".join(quote(session.names.identity("user", user)) for user in users)
    if cursor.accept("IN", "SCHEMA"):
        sql += " IN SCHEMA " + ", ".join(cursor.listed(lambda: session.names.quoted(cursor.name())))
    verb = cursor.one_of("GRANT", "REVOKE")
    if verb is None:
        raise cursor.wrong()
    option = verb == "REVOKE" and cursor.accept("GRANT", "OPTION", "FOR")
    privileges = parse_privileges(cursor)
    cursor.expect("ON")
    if cursor.one_of("FUNCTIONS", "PROCEDURES"):
        raise unsupported("a default privilege on functions")
    cursor.expect("TABLES")
    cursor.expect("TO" if verb == "GRANT" else "FROM")
    grantees = parse_grantees(session, cursor)
    if verb == "REVOKE":
        cursor.accept("RESTRICT")
    cursor.end()
    listed = kept(privileges, ON_RELATIONS, "default privilege", {})
    for grantee in grantees:
        if verb == "GRANT":
            suffix = " WITH GRANT OPTION" if grantee.option else ""
            session.act(f"{sql} GRANT {listed} ON TABLES TO {grantee.quoted}{suffix}")
        else:
            prefix = "GRANT OPTION FOR " if option else ""
            session.act(f"{sql} REVOKE {prefix}{listed} ON TABLES FROM {grantee.quoted}")
    return Result()
