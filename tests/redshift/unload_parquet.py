"""UNLOAD as Parquet. https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html, "FORMAT AS PARQUET"

Its table of types: numbers by their widths, DECIMAL as DECIMAL, DATE, TIMESTAMP and TIMESTAMPTZ as timestamps of
microseconds, VARBYTE as bytes, SUPER and the rest as text.
"""

import io
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from redshift.errors import unsupported
from redshift.result import Column

Kind = tuple[pa.DataType, Callable[[str], Any]]

KINDS: dict[str, Kind] = {
    "int2": (pa.int16(), int),
    "int4": (pa.int32(), int),
    "int8": (pa.int64(), int),
    "float4": (pa.float32(), float),
    "float8": (pa.float64(), float),
    "bool": (pa.bool_(), lambda text: text == "t"),
    "date": (pa.date32(), date.fromisoformat),
    "time": (pa.time64("us"), time.fromisoformat),
    "timestamp": (pa.timestamp("us"), datetime.fromisoformat),
    "timestamptz": (pa.timestamp("us", tz="UTC"), datetime.fromisoformat),
    "varbyte": (pa.binary(), lambda text: bytes.fromhex(text.removeprefix("\\x"))),
}
TEXTS = ("varchar", "bpchar", "text", "name", "char", "super")


def write(columns: list[Column], rows: list[list[str | None]]) -> bytes:
    arrays = []
    for place, column in enumerate(columns):
        kind, read = _kind(column)
        arrays.append(pa.array([None if (cell := row[place]) is None else read(cell) for row in rows], kind))
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, names=[column.name for column in columns]), out)
    return out.getvalue()


def _kind(column: Column) -> Kind:
    if column.type == "numeric":
        return pa.decimal128(column.precision or 38, column.scale), Decimal
    if column.type in TEXTS:
        return pa.string(), str
    if column.type not in KINDS:
        raise unsupported(f"UNLOAD of {column.type} as Parquet")
    return KINDS[column.type]
