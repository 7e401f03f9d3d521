"""ALTER TABLE ... ALTER DISTSTYLE, DISTKEY, SORTKEY, ENCODE AUTO."""

from redshift.cursor import Cursor, Relation
from redshift.errors import SqlError
from redshift.session import Session
from redshift.table_attributes import STYLES, positions_of
from redshift.tables import ALTER, by_grant


def alter(session: Session, cursor: Cursor, table: Relation, relid: int) -> None:
    by_grant(session, relid, ALTER, f"ALTER TABLE {session.resolved(relid)} REPLICA IDENTITY DEFAULT")

    def one() -> None:
        cursor.expect("ALTER")
        if cursor.accept("DISTSTYLE"):
            style = cursor.one_of(*STYLES)
            if style is None:
                raise cursor.wrong()
            if style == "KEY":
                cursor.expect("DISTKEY")
            _distribute(session, relid, table, style, _column(cursor) if style == "KEY" else "")
        elif cursor.accept("DISTKEY"):
            _distribute(session, relid, table, "KEY", _column(cursor))
        elif cursor.accept("ENCODE", "AUTO"):
            session.own("UPDATE redshift.relation_attributes SET encode_auto = true WHERE relid = %s", (relid,))
        else:
            _sort(session, cursor, relid, table)

    cursor.listed(one)


def _column(cursor: Cursor) -> str:
    """With parentheses or without: the documentation's examples have both."""
    if not cursor.at("("):
        return cursor.name()
    (name,) = cursor.in_parentheses(cursor.name)
    return name


def _distribute(session: Session, relid: int, table: Relation, style: str, column: str) -> None:
    number = session.column(relid, table, column) if column else 0
    session.own("UPDATE redshift.relation_attributes SET diststyle = %s WHERE relid = %s", (STYLES[style], relid))
    session.own("UPDATE redshift.column_attributes SET distkey = (attnum = %s) WHERE relid = %s", (number, relid))


def _sort(session: Session, cursor: Cursor, relid: int, table: Relation) -> None:
    if cursor.at("INTERLEAVED"):
        # "you can't alter a compound sort key to an interleaved sort key"
        raise SqlError("ALTER TABLE ALTER INTERLEAVED SORTKEY is not supported", "0A000")
    cursor.accept("COMPOUND")
    cursor.expect("SORTKEY")
    automatic, columns = False, list[str]()
    if cursor.accept("AUTO"):
        automatic = True
    elif not cursor.accept("NONE"):
        columns = cursor.in_parentheses(cursor.name)
    session.own("UPDATE redshift.relation_attributes SET sortkey_auto = %s WHERE relid = %s", (automatic, relid))
    session.own("UPDATE redshift.column_attributes SET sortkey = 0 WHERE relid = %s", (relid,))
    for name, position in positions_of(columns, interleaved=False).items():
        session.own(
            "UPDATE redshift.column_attributes SET sortkey = %s WHERE relid = %s AND attnum = %s",
            (position, relid, session.column(relid, table, name)),
        )
