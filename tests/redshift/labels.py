"""What a result's columns are called, and which tables' columns they are."""

from dataclasses import replace

import psycopg
from psycopg.rows import TupleRow

from redshift import reading
from redshift.names import KEPT
from redshift.result import Column, Result
from redshift.session import Session

ORIGIN = """
SELECT a.attrelid, a.attnum, CASE n.nspname WHEN 'redshift' THEN 'pg_catalog' ELSE redshift.real_name(n.nspname) END,
    redshift.real_name(c.relname), NOT a.attnotnull
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attrelid = ANY(%s)
"""


def described(session: Session, cursor: psycopg.Cursor[TupleRow]) -> Result:
    read = reading.read(cursor)
    raw = cursor.pgresult
    assert raw is not None and read.columns is not None
    places = [(raw.ftable(place), raw.ftablecol(place)) for place in range(raw.nfields)]
    tables = sorted({table for table, _ in places if table})
    known = {(row[0], row[1]): row[2:] for row in session.own(ORIGIN, (tables,))} if tables else {}
    read.columns = [
        _originating(_named(session, column), known.get(place))
        for column, place in zip(read.columns, places, strict=True)
    ]
    return read


def _named(session: Session, column: Column) -> Column:
    if len(column.name.encode()) != KEPT:
        return column
    return replace(column, name=session.own("SELECT redshift.real_name(%s::name)", (column.name,))[0][0])


def _originating(column: Column, origin: tuple[str, str, bool] | None) -> Column:
    if origin is None:
        return column
    schema, table, nullable = origin
    return replace(column, schema=schema, table=table, nullable=1 if nullable else 0)
