"""GRANT and REVOKE on relations, columns, schemas and databases.

https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
https://docs.aws.amazon.com/redshift/latest/dg/r_REVOKE.html
"""

from dataclasses import dataclass

from redshift.cursor import Cursor
from redshift.errors import unsupported
from redshift.grantees import Grantee, parse_grantees
from redshift.privileges import ON_DATABASES, ON_RELATIONS, ON_SCHEMAS, Privilege, kept, parse_privileges
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs

OTHER_OBJECTS = ("FUNCTION", "PROCEDURE", "LANGUAGE", "MODEL", "DATASHARE", "EXTERNAL", "COPY")


@dataclass(frozen=True, slots=True)
class Target:
    kind: str
    possible: dict[str, str]
    sql: str


def _target(session: Session, cursor: Cursor) -> Target:
    def listed() -> str:
        return ", ".join(cursor.listed(lambda: session.names.quoted(cursor.name())))

    if cursor.one_of(*OTHER_OBJECTS):
        raise unsupported("a grant on this kind of object")
    if cursor.accept("ALL"):
        if cursor.one_of("FUNCTIONS", "PROCEDURES"):
            raise unsupported("a grant on this kind of object")
        cursor.expect("TABLES", "IN", "SCHEMA")
        return Target("relation", ON_RELATIONS, f"ALL TABLES IN SCHEMA {listed()}")
    if cursor.accept("SCHEMA"):
        return Target("schema", ON_SCHEMAS, f"SCHEMA {listed()}")
    if cursor.accept("DATABASE"):
        return Target("database", ON_DATABASES, f"DATABASE {listed()}")
    cursor.accept("TABLE")
    tables = cursor.listed(cursor.relation)
    for table in tables:
        session.relid(table)
    return Target("relation", ON_RELATIONS, "TABLE " + ", ".join(table.quoted for table in tables))


def _privileges(session: Session, privileges: list[Privilege], target: Target) -> str:
    names = {column: session.names.quoted(column) for privilege in privileges for column in privilege.columns}
    return kept(privileges, target.possible, target.kind, names)


@performs("GRANT")
def grant(session: Session, cursor: Cursor) -> Result:
    privileges = parse_privileges(cursor)
    if cursor.at("TO") or cursor.at("FOR"):
        raise unsupported("a system or scoped permission")
    cursor.expect("ON")
    target = _target(session, cursor)
    cursor.expect("TO")
    if cursor.at("RLS", "POLICY"):
        raise unsupported("a grant to a policy")
    grantees = parse_grantees(session, cursor)
    cursor.end()
    sql = f"GRANT {_privileges(session, privileges, target)} ON {target.sql} TO"
    for option in (False, True):
        chosen = _quoted(grantees, option)
        if chosen:
            session.act(f"{sql} {chosen}{' WITH GRANT OPTION' if option else ''}")
    return Result()


def _quoted(grantees: list[Grantee], option: bool) -> str:
    return ", ".join(grantee.quoted for grantee in grantees if grantee.option == option)


@performs("REVOKE")
def revoke(session: Session, cursor: Cursor) -> Result:
    option = "GRANT OPTION FOR " if cursor.accept("GRANT", "OPTION", "FOR") else ""
    privileges = parse_privileges(cursor)
    if cursor.at("FROM") or cursor.at("FOR"):
        raise unsupported("a system or scoped permission")
    cursor.expect("ON")
    target = _target(session, cursor)
    cursor.expect("FROM")
    grantees = parse_grantees(session, cursor)
    behaviour = cursor.one_of("CASCADE", "RESTRICT") or "RESTRICT"
    cursor.end()
    names = ", ".join(grantee.quoted for grantee in grantees)
    session.act(f"REVOKE {option}{_privileges(session, privileges, target)} ON {target.sql} FROM {names} {behaviour}")
    return Result()
