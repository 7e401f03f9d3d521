"""Redshift's column types, and what they are in PostgreSQL.

https://docs.aws.amazon.com/redshift/latest/dg/c_Supported_data_types.html
"""

from dataclasses import dataclass

from redshift.cursor import Cursor
from redshift.errors import SqlError, unsupported

# Compression of a column that says none of its own.
# https://docs.aws.amazon.com/redshift/latest/dg/c_Compression_encodings.html
AZ64, LZO, RAW = "az64", "lzo", "none"
ENCODINGS = {
    "az64", "bytedict", "delta", "delta32k", "lzo", "mostly8", "mostly16", "mostly32", "raw", "runlength", "text255",
    "text32k", "zstd",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Type:
    postgres: str
    encoding: str
    length: int | None = None  # of a varchar


SIMPLE = {
    "SMALLINT": Type("smallint", AZ64), "INT2": Type("smallint", AZ64),
    "INTEGER": Type("integer", AZ64), "INT": Type("integer", AZ64), "INT4": Type("integer", AZ64),
    "BIGINT": Type("bigint", AZ64), "INT8": Type("bigint", AZ64),
    "REAL": Type("real", RAW), "FLOAT4": Type("real", RAW),
    "FLOAT8": Type("double precision", RAW), "FLOAT": Type("double precision", RAW),
    "BOOLEAN": Type("boolean", RAW), "BOOL": Type("boolean", RAW),
    "DATE": Type("date", AZ64), "TIMESTAMPTZ": Type("timestamp with time zone", AZ64),
    "TIMETZ": Type("time with time zone", AZ64), "SUPER": Type("jsonb", "zstd"),
}  # fmt: skip
UNKNOWN = ("GEOMETRY", "GEOGRAPHY", "HLLSKETCH", "INTERVAL", "VARBYTE", "VARBINARY", "BINARY")
LONGEST_CHAR, LONGEST_VARCHAR, WIDEST_DECIMAL = 4096, 65535, 38


def parse_type(cursor: Cursor) -> Type:
    for word in UNKNOWN:
        if cursor.at(word):
            raise unsupported(f"the type {word}")
    simple = cursor.one_of(*SIMPLE)
    if simple:
        return SIMPLE[simple]
    if cursor.accept("DOUBLE", "PRECISION"):
        return SIMPLE["FLOAT8"]
    if cursor.one_of("DECIMAL", "NUMERIC"):
        return _decimal(cursor)
    for word in ("TIMESTAMP", "TIME"):
        if cursor.accept(word):
            zone = "with" if cursor.accept("WITH", "TIME", "ZONE") else "without"
            if zone == "without":
                cursor.accept("WITHOUT", "TIME", "ZONE")
            return Type(f"{word.lower()} {zone} time zone", AZ64)
    return _characters(cursor)


def _decimal(cursor: Cursor) -> Type:
    precision, scale = 18, 0
    if cursor.accept("("):
        precision = cursor.integer()
        scale = cursor.integer() if cursor.accept(",") else 0
        cursor.expect(")")
    if not 1 <= precision <= WIDEST_DECIMAL:
        raise SqlError(f"DECIMAL precision {precision} must be between 1 and {WIDEST_DECIMAL}", "22023")
    return Type(f"numeric({precision},{scale})", AZ64)


def _characters(cursor: Cursor) -> Type:
    if cursor.accept("TEXT"):  # "it is converted to a VARCHAR(256) column"
        return Type("character varying(256)", LZO, 256)
    if cursor.accept("BPCHAR"):  # "which Amazon Redshift converts to a fixed-length CHAR(256)"
        return Type("character(256)", LZO)
    varying = cursor.one_of("VARCHAR", "NVARCHAR") is not None
    if not varying:
        if not cursor.one_of("CHARACTER", "CHAR", "NCHAR"):
            raise cursor.wrong()
        varying = cursor.accept("VARYING")
    length, longest = (256, LONGEST_VARCHAR) if varying else (1, LONGEST_CHAR)
    if cursor.accept("("):
        length = longest if cursor.accept("MAX") else cursor.integer()
        cursor.expect(")")
    if not 1 <= length <= longest:
        kind = "varchar" if varying else "char"
        raise SqlError(f"length for type {kind} cannot exceed {longest}" if length > longest
                       else f"length for type {kind} must be at least 1", "22023")  # fmt: skip
    return Type(f"character varying({length})", LZO, length) if varying else Type(f"character({length})", LZO)


def parse_encoding(cursor: Cursor) -> str:
    name = cursor.name()
    if name not in ENCODINGS:
        raise SqlError(f'encoding type "{name}" is not supported', "0A000")
    return RAW if name == "raw" else name
