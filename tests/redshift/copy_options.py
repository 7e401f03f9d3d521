"""What a COPY says of its source. https://docs.aws.amazon.com/redshift/latest/dg/r_COPY-parameters.html"""

from dataclasses import dataclass, field

from redshift.cursor import Cursor, Relation
from redshift.errors import SqlError, unsupported
from redshift.lexer import NUMBER, STRING

TEXT, CSV, JSON, PARQUET = "TEXT", "CSV", "JSON", "PARQUET"


@dataclass(slots=True)
class Copy:
    table: Relation
    columns: list[str]
    url: str
    role: str = ""
    format: str = TEXT
    delimiter: str = ""
    quote: str = '"'
    null: str = "\\N"
    header: int = 0
    gzip: bool = False
    manifest: bool = False
    empty_as_null: bool = False
    blanks_as_null: bool = False
    truncate: bool = False
    seen: set[str] = field(default_factory=set)


def parse(cursor: Cursor) -> Copy:
    table = cursor.relation()
    columns = cursor.in_parentheses(cursor.name) if cursor.at("(") else []
    cursor.expect("FROM")
    copy = Copy(table, columns, cursor.string())
    while cursor.peek() is not None:
        _option(cursor, copy)
    if not copy.role:
        raise SqlError("COPY requires credentials; this emulator takes an IAM_ROLE", "42601")
    return copy


def _string(cursor: Cursor) -> str:
    cursor.accept("AS")
    return cursor.take(STRING).text


def _number(cursor: Cursor) -> int:
    cursor.accept("AS")
    return int(cursor.take(NUMBER).text)


# The option comes first in its own words; each is performed by one line.
def _option(cursor: Cursor, copy: Copy) -> None:  # noqa: C901
    cursor.accept("WITH")
    if cursor.accept("FORMAT"):
        cursor.accept("AS")
        if not any(cursor.at(word) for word in (CSV, JSON, PARQUET)):
            raise unsupported("this FORMAT of COPY")
    elif cursor.accept("IAM_ROLE"):
        copy.role = "default" if cursor.accept("DEFAULT") else cursor.string()
    elif cursor.accept(CSV):
        copy.format = CSV
        if cursor.accept("QUOTE"):
            copy.quote = _string(cursor)
    elif cursor.accept(JSON):
        copy.format = JSON
        cursor.accept("AS")
        if cursor.peek() is not None and cursor.take(STRING).text != "auto":
            raise unsupported("JSON other than 'auto'")
    elif cursor.accept(PARQUET):
        copy.format = PARQUET
    elif cursor.accept("DELIMITER"):
        copy.delimiter = _string(cursor)
    elif cursor.accept("NULL"):
        copy.null = _string(cursor)
    elif cursor.accept("IGNOREHEADER"):
        copy.header = _number(cursor)
    elif cursor.accept("GZIP"):
        copy.gzip = True
    elif cursor.accept("MANIFEST"):
        copy.manifest = True
    elif cursor.accept("EMPTYASNULL"):
        copy.empty_as_null = True
    elif cursor.accept("BLANKSASNULL"):
        copy.blanks_as_null = True
    elif cursor.accept("TRUNCATECOLUMNS"):
        copy.truncate = True
    elif word := cursor.one_of("DATEFORMAT", "TIMEFORMAT"):
        if _string(cursor) not in ("auto", "YYYY-MM-DD" if word == "DATEFORMAT" else "YYYY-MM-DD HH:MI:SS"):
            raise unsupported(f"this {word}")
    elif cursor.accept("MAXERROR"):
        if _number(cursor) != 0:
            raise unsupported("MAXERROR other than 0")
    elif cursor.one_of("STATUPDATE", "COMPUPDATE"):
        cursor.one_of("ON", "OFF", "TRUE", "FALSE", "PRESET")  # statistics and compression change no row
    else:
        raise unsupported("this option of COPY") if cursor.at_word() else cursor.wrong()
