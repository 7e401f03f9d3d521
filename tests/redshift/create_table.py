"""CREATE TABLE. https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html"""

from redshift import constraints, query, table_attributes
from redshift.cursor import Cursor, Relation
from redshift.definitions import PRIMARY, ColumnDefinition, Constraint, parse_column, parse_constraint
from redshift.errors import unsupported
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs
from redshift.types import LZO, SIMPLE, Type

TEMPORARY = ("CREATE TEMP TABLE", "CREATE TEMPORARY TABLE", "CREATE LOCAL TEMP TABLE", "CREATE LOCAL TEMPORARY TABLE")


@performs("CREATE TABLE", *TEMPORARY)
def create_table(session: Session, cursor: Cursor) -> Result:
    kind = "TABLE" if cursor.tokens[1].text.upper() == "TABLE" else "TEMPORARY TABLE"
    absent = cursor.accept("IF", "NOT", "EXISTS")
    table = cursor.relation()
    if cursor.at("(") and not cursor.at("(", "LIKE"):
        columns, keys = _items(session, cursor)
        attributes = table_attributes.parse_attributes(cursor)
        if cursor.at("AS"):
            raise unsupported("CREATE TABLE AS with column names")
        cursor.end()
        if absent and session.find(table) is not None:
            return Result()
        listed = ", ".join(column.written(session) for column in columns)
        session.act(f"CREATE {kind} {table.quoted} ({listed})")
        _record(session, table, columns, keys, attributes)
        return Result()
    attributes = table_attributes.parse_attributes(cursor)
    if not cursor.accept("AS"):
        raise unsupported("CREATE TABLE LIKE") if cursor.at("(", "LIKE") else cursor.wrong()
    sql = query.translate(cursor.rest(), session.names, session.database)
    rows = session.act(f"CREATE {kind} {table.quoted} AS {sql}").rowcount
    _record(session, table, _of_query(session, session.relid(table)), [], attributes)
    return Result(affected=max(rows, 0))


def _items(session: Session, cursor: Cursor) -> tuple[list[ColumnDefinition], list[Constraint]]:
    columns: list[ColumnDefinition] = []
    keys: list[Constraint] = []

    def one() -> None:
        key = parse_constraint(cursor)
        if key is not None:
            keys.append(key)
        else:
            columns.append(parse_column(session, cursor))

    cursor.in_parentheses(one)
    primary = {name for key in keys if key.type == PRIMARY for name in key.columns}
    for column in columns:
        column.not_null |= column.name in primary
        keys += column.constraints
    return columns, keys


def _record(
    session: Session,
    table: Relation,
    columns: list[ColumnDefinition],
    keys: list[Constraint],
    attributes: table_attributes.TableAttributes,
) -> None:
    relid = session.relid(table)
    table_attributes.record(session, relid, columns, attributes)
    for key in keys:
        constraints.record(session, relid, table.name, key)


def _of_query(session: Session, relid: int) -> list[ColumnDefinition]:
    found = session.own(
        "SELECT redshift.real_name(attname), format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = %s AND attnum > 0 ORDER BY attnum",
        (relid,),
    )
    return [ColumnDefinition(name, _known(kind)) for name, kind in found]


def _known(kind: str) -> Type:
    by_name = {each.postgres: each.encoding for each in SIMPLE.values()}
    fallback = LZO if kind.startswith(("character", "text")) else "az64"
    return Type(kind, by_name.get(kind, fallback))
