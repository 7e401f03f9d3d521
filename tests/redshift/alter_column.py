"""ALTER TABLE ... ALTER COLUMN: a varchar's length, a column's compression, and nothing else.

https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html, "ALTER COLUMN"
"""

from redshift import constraints
from redshift.cursor import Cursor, Relation
from redshift.definitions import BYTES, byte_limit
from redshift.errors import SqlError
from redshift.session import Session
from redshift.tables import ALTER, by_grant
from redshift.types import parse_encoding, parse_type

# "You can't alter a column with compression encodings BYTEDICT, RUNLENGTH, TEXT255, or TEXT32K."
FIXED = ("bytedict", "runlength", "text255", "text32k")


def alter(session: Session, cursor: Cursor, table: Relation, relid: int) -> None:
    seen: set[str] = set()

    def one() -> None:
        cursor.expect("ALTER", "COLUMN")
        name = cursor.name()
        number = session.column(relid, table, name)
        if cursor.accept("ENCODE"):
            if name in seen:
                raise SqlError(f'cannot alter the encoding of column "{name}" more than once', "0A000")
            seen.add(name)
            _encode(session, relid, number, name, parse_encoding(cursor))
        elif cursor.accept("TYPE"):
            _retype(session, cursor, relid, number, name)
        elif cursor.one_of("SET", "DROP"):
            raise SqlError("ALTER COLUMN SET/DROP DEFAULT is not supported", "0A000")
        else:
            raise cursor.wrong()

    cursor.listed(one)


def _encode(session: Session, relid: int, number: int, name: str, encoding: str) -> None:
    _refuse_strangers(session, relid)
    held, interleaved = session.own(
        "SELECT o.encoding, EXISTS ("
        "SELECT 1 FROM redshift.column_attributes k WHERE k.relid = o.relid AND k.sortkey < 0)"
        " FROM redshift.column_attributes o WHERE o.relid = %s AND o.attnum = %s",
        (relid, number),
    )[0]
    if held == encoding:
        raise SqlError(f'column "{name}" is already encoded with "{encoding}"', "0A000")
    if interleaved:
        raise SqlError("cannot alter the encoding of a column in a table with an interleaved sort key", "0A000")
    session.own(
        "UPDATE redshift.column_attributes SET encoding = %s WHERE relid = %s AND attnum = %s",
        (encoding, relid, number),
    )
    session.own("UPDATE redshift.relation_attributes SET encode_auto = false WHERE relid = %s", (relid,))


def _refuse_strangers(session: Session, relid: int) -> None:
    """Changes nothing, yet asks for the right to."""
    by_grant(session, relid, ALTER, f"ALTER TABLE {session.resolved(relid)} REPLICA IDENTITY DEFAULT")


def _retype(session: Session, cursor: Cursor, relid: int, number: int, name: str) -> None:
    if session.block:
        raise SqlError("ALTER TABLE ALTER COLUMN cannot run inside a transaction block", "25001")
    wanted = parse_type(cursor)
    if cursor.at("USING"):
        raise SqlError("ALTER TABLE ALTER COLUMN does not support USING expression", "0A000")
    cursor.end()
    held, default, encoding = session.own(
        "SELECT format_type(a.atttypid, NULL), a.atthasdef, o.encoding FROM pg_attribute a"
        " JOIN redshift.column_attributes o ON o.relid = a.attrelid AND o.attnum = a.attnum"
        " WHERE a.attrelid = %s AND a.attnum = %s",
        (relid, number),
    )[0]
    if held != "character varying" or wanted.length is None:
        raise SqlError(f'cannot alter type of column "{name}": only the size of a VARCHAR can change', "0A000")
    if encoding in FIXED:
        raise SqlError(f'cannot alter type of column "{name}" with encoding {encoding}', "0A000")
    if default:
        raise SqlError(f'cannot alter type of column "{name}" with default value', "0A000")
    if constraints.on_column(session, relid, number):
        raise SqlError(f'cannot alter type of column "{name}" with UNIQUE, PRIMARY KEY or FOREIGN KEY', "0A000")
    quoted = session.names.quoted(name)
    change = f"ALTER COLUMN {quoted} TYPE {wanted.postgres}, ADD{byte_limit(quoted, wanted)}"
    for (limit,) in session.own(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s AND conkey = ARRAY[%s::smallint]"
        " AND starts_with(conname, %s)",
        (relid, number, BYTES),
    ):
        change = f"DROP CONSTRAINT {limit}, {change}"
    by_grant(session, relid, ALTER, f"ALTER TABLE {session.resolved(relid)} {change}")
