"""ALTER TABLE. https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html"""

from redshift import alter_column, alter_keys, constraints
from redshift.cursor import Cursor, Relation
from redshift.definitions import PRIMARY, parse_column, parse_constraint
from redshift.errors import SqlError, unsupported
from redshift.names import quote
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs
from redshift.tables import ALTER, by_grant


@performs("ALTER TABLE")
def alter_table(session: Session, cursor: Cursor) -> Result:
    table = cursor.relation()
    relid = session.relid(table)
    if cursor.accept("ADD"):
        _add(session, cursor, table, relid)
    elif cursor.accept("DROP"):
        _drop(session, cursor, table, relid)
    elif cursor.accept("RENAME"):
        _rename(session, cursor, relid)
    elif cursor.accept("OWNER", "TO"):
        owner = cursor.user()
        session.identity("user", owner)
        session.act(f"ALTER TABLE {session.resolved(relid)} OWNER TO {quote(session.names.identity('user', owner))}")
    elif cursor.accept("ROW", "LEVEL", "SECURITY"):
        _row_security(session, cursor, relid)
    elif cursor.at("ALTER", "COLUMN"):
        alter_column.alter(session, cursor, table, relid)
    elif cursor.at("ALTER"):
        alter_keys.alter(session, cursor, table, relid)
    else:
        raise unsupported("this form of ALTER TABLE")
    return Result()


def change(session: Session, relid: int, what: str) -> None:
    by_grant(session, relid, ALTER, f"ALTER TABLE {session.resolved(relid)} {what}")


def _add(session: Session, cursor: Cursor, table: Relation, relid: int) -> None:
    constraint = parse_constraint(cursor)
    if constraint is not None:
        cursor.end()
        if constraint.type == PRIMARY:
            _refuse_nullable(session, relid, table, constraint.columns)
        change(session, relid, "REPLICA IDENTITY DEFAULT")  # changes nothing, yet asks for the right to
        constraints.record(session, relid, table.name, constraint)
        return
    cursor.accept("COLUMN")
    column = parse_column(session, cursor)
    cursor.end()
    if column.distkey or column.sortkey or column.constraints:
        raise SqlError("ALTER TABLE ADD COLUMN does not support distribution and sort keys or constraints", "0A000")
    if column.not_null and "DEFAULT" not in column.sql:
        raise SqlError("ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression", "42601")
    change(session, relid, f"ADD COLUMN {column.written(session)}")
    session.own(
        "INSERT INTO redshift.column_attributes VALUES (%s, %s, %s)",
        (relid, session.columns(relid)[column.name], column.encoding or column.type.encoding),
    )


def _refuse_nullable(session: Session, relid: int, table: Relation, columns: list[str]) -> None:
    """ "You can't add a primary-key constraint to a nullable column." """
    for name in columns:
        number = session.column(relid, table, name)
        found = session.own("SELECT attnotnull FROM pg_attribute WHERE attrelid = %s AND attnum = %s", (relid, number))
        if not found[0][0]:
            raise SqlError(f'column "{name}" in primary key constraint must be NOT NULL', "42P16")


def _drop(session: Session, cursor: Cursor, table: Relation, relid: int) -> None:
    if cursor.accept("CONSTRAINT"):
        name = cursor.name()
        cursor.one_of("RESTRICT", "CASCADE")
        cursor.end()
        change(session, relid, "REPLICA IDENTITY DEFAULT")
        constraints.drop(session, relid, table.name, name)
        return
    cursor.accept("COLUMN")
    name = cursor.name()
    behaviour = cursor.one_of("RESTRICT", "CASCADE") or "RESTRICT"
    cursor.end()
    number = session.column(relid, table, name)
    if len(session.columns(relid)) == 1:
        raise SqlError("cannot drop the last column of a table", "0A000")
    keys = "SELECT 1 FROM redshift.column_attributes WHERE relid = %s AND attnum = %s AND (distkey OR sortkey <> 0)"
    if session.own(keys, (relid, number)):
        raise SqlError(f'cannot drop distkey or sortkey column "{name}"', "0A000")
    dependent = constraints.on_column(session, relid, number)
    if dependent and behaviour == "RESTRICT":
        raise SqlError(f"cannot drop table {table.name} column {name} because other objects depend on it", "2BP01")
    change(session, relid, f"DROP COLUMN {session.names.quoted(name)} {behaviour}")
    for constraint in dependent:
        session.own("DELETE FROM redshift.constraints WHERE name = %s AND (relid = %s OR referenced = %s)",
                    (constraint, relid, relid))  # fmt: skip
    session.own("DELETE FROM redshift.column_attributes WHERE relid = %s AND attnum = %s", (relid, number))


def _rename(session: Session, cursor: Cursor, relid: int) -> None:
    if cursor.accept("TO"):
        change(session, relid, f"RENAME TO {session.names.quoted(cursor.name())}")
        return
    cursor.expect("COLUMN")
    old = cursor.name()
    cursor.expect("TO")
    change(session, relid, f"RENAME COLUMN {session.names.quoted(old)} TO {session.names.quoted(cursor.name())}")


def _row_security(session: Session, cursor: Cursor, relid: int) -> None:
    """https://docs.aws.amazon.com/redshift/latest/dg/t_rls_ownership.html"""
    on = cursor.accept("ON")
    if not on:
        cursor.expect("OFF")
    if cursor.peek() is not None:
        raise unsupported("ROW LEVEL SECURITY with further options")
    if not session.act("SELECT redshift.is_secadmin()").fetchall()[0][0]:
        raise SqlError("must be superuser or have the sys:secadmin role to change row level security", "42501")
    # Forced, because in Redshift it binds a table's owner as well.
    how = ("ENABLE", "FORCE") if on else ("DISABLE", "NO FORCE")
    table = session.resolved(relid)
    session.own(f"ALTER TABLE {table} {how[0]} ROW LEVEL SECURITY, {how[1]} ROW LEVEL SECURITY")
