"""DROP TABLE, TRUNCATE, ANALYZE."""

from redshift.cursor import Cursor, Relation
from redshift.errors import SqlError, unsupported
from redshift.privileges import ON_RELATIONS
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs

DROP, ALTER = ON_RELATIONS["DROP"], ON_RELATIONS["ALTER"]


@performs("DROP TABLE")
def drop_table(session: Session, cursor: Cursor) -> Result:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_TABLE.html"""
    existing = cursor.accept("IF", "EXISTS")
    tables = cursor.listed(cursor.relation)
    behaviour = cursor.one_of("CASCADE", "RESTRICT") or "RESTRICT"
    cursor.end()
    for table in tables:
        found = session.find(table) if existing else session.relid(table)
        if found is not None:
            _drop(session, table, found, behaviour)
    return Result()


def _drop(session: Session, table: Relation, relid: int, behaviour: str) -> None:
    referring = session.own(
        "SELECT 1 FROM redshift.constraints WHERE referenced = %s AND relid <> referenced", (relid,)
    )
    if referring and behaviour == "RESTRICT":
        raise SqlError(f"cannot drop table {table.name} because other objects depend on it", "2BP01")
    by_grant(session, relid, DROP, f"DROP TABLE {session.resolved(relid)} {behaviour}")
    session.own("DELETE FROM redshift.constraints WHERE referenced = %s", (relid,))
    for kept in ("relation_attributes", "column_attributes", "constraints", "rls_attachments", "masking_attachments"):
        session.own(f"DELETE FROM redshift.{kept} WHERE relid = %s", (relid,))


def by_grant(session: Session, relid: int, privilege: str, sql: str) -> None:
    """What PostgreSQL leaves to owners is done for them who were granted DROP or ALTER as well."""
    mine, granted = session.act(
        "SELECT pg_has_role(current_user, c.relowner, 'USAGE'), has_table_privilege(c.oid, %s)"
        " FROM pg_class c WHERE c.oid = %s",
        (privilege, relid),
    ).fetchall()[0]
    if granted and not mine:
        session.own(sql)
    else:
        session.act(sql)


@performs("TRUNCATE")
def truncate(session: Session, cursor: Cursor) -> Result:
    """ "The TRUNCATE command commits the transaction in which it is run".

    https://docs.aws.amazon.com/redshift/latest/dg/r_TRUNCATE.html
    """
    cursor.accept("TABLE")
    table = cursor.relation()
    cursor.end()
    session.act(f"TRUNCATE TABLE {table.quoted}")
    session.commit()
    return Result()


@performs("ANALYZE")
def analyze(session: Session, cursor: Cursor) -> Result:
    if cursor.peek() is None:
        raise unsupported("ANALYZE of all tables")
    table = cursor.relation()
    cursor.end()
    session.act(f"ANALYZE {table.quoted}")
    return Result()
