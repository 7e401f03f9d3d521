"""Results as psycopg brings them."""

import psycopg
from psycopg.rows import TupleRow

from redshift.result import Column, Result

# Names of PostgreSQL's types by their ids, as Redshift's drivers tell them.
TYPES = {
    16: "bool", 17: "varbyte", 18: "char", 19: "name", 20: "int8", 21: "int2", 23: "int4", 25: "text", 26: "oid",
    700: "float4", 701: "float8", 1042: "bpchar", 1043: "varchar", 1082: "date", 1083: "time", 1114: "timestamp",
    1184: "timestamptz", 1186: "interval", 1266: "timetz", 1700: "numeric", 3802: "super", 705: "unknown",
    1009: "_text", 1028: "_oid", 1005: "_int2",
}  # fmt: skip


def changed(cursor: psycopg.Cursor[TupleRow]) -> Result:
    return Result(affected=max(cursor.rowcount, 0))


def read(cursor: psycopg.Cursor[TupleRow]) -> Result:
    """Without psycopg's conversions, since the Data API gives most types as PostgreSQL writes them."""
    raw = cursor.pgresult
    assert raw is not None and cursor.description is not None
    columns = [
        Column(d.name, TYPES.get(d.type_code, "unknown"), d.precision or _width(d), d.scale or 0)
        for d in cursor.description
    ]
    rows = [
        [None if (cell := raw.get_value(row, place)) is None else cell.decode() for place in range(raw.nfields)]
        for row in range(raw.ntuples)
    ]
    return Result(columns, rows)


def _width(column: psycopg.Column) -> int:
    """Of characters the declared number, of other types their bytes."""
    size = column.display_size if column.display_size is not None else column.internal_size
    return max(size or 0, 0)
