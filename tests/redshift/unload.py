"""UNLOAD to S3. https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html"""

import csv
import gzip
import io
import json
from dataclasses import dataclass

from redshift import assume_role, query, reading, unload_manifest
from redshift.cursor import Cursor
from redshift.errors import SqlError, unsupported
from redshift.objects import location
from redshift.result import Column, Result
from redshift.session import Session
from redshift.statements import performs

NOT_EMPTY = (
    "Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing "
    "the target files in S3, or using the ALLOWOVERWRITE option."
)
BOOLEANS = {"t": "true", "f": "false"}


@dataclass(slots=True)
class Unload:
    sql: str
    url: str
    role: str = ""
    format: str = "TEXT"
    delimiter: str = ""
    header: bool = False
    quoted: bool = False
    gzip: bool = False
    manifest: bool = False
    verbose: bool = False
    overwrite: bool = False
    parallel: bool = True
    key: str | None = None
    null: str = ""


@performs("UNLOAD")
def unload(session: Session, cursor: Cursor) -> Result:
    wanted = _parse(cursor)
    tree = query.parse(wanted.sql)
    assume_role.check(session, "UNLOAD", wanted.role)
    objects = session.assume(wanted.role)
    result = reading.read(session.act(query.write(tree, session.names, session.database)))
    columns = result.columns or []
    bucket, prefix = location(wanted.url)
    if not wanted.overwrite and objects.listed(bucket, prefix):
        raise SqlError(NOT_EMPTY, "XX000")
    body = _body(wanted, columns, result.rows)
    endings = {"PARQUET": ".parquet"}
    key = prefix + ("0000_part_00" if wanted.parallel else "000") + (".gz" if wanted.gzip else "")
    key += endings.get(wanted.format, "")
    objects.write(bucket, key, body, wanted.key)
    if wanted.manifest:
        listed = [unload_manifest.Entry(f"s3://{bucket}/{key}", len(body), len(result.rows))]
        manifest = unload_manifest.write(listed, columns if wanted.verbose else None)
        objects.write(bucket, f"{prefix}manifest", manifest, wanted.key)
    return Result(affected=len(result.rows))


def _body(wanted: Unload, columns: list[Column], rows: list[list[str | None]]) -> bytes:
    if wanted.format == "PARQUET":
        from redshift import unload_parquet  # only here: few need it and it is slow to load

        return unload_parquet.write(columns, rows)
    body = _json(columns, rows) if wanted.format == "JSON" else _text(wanted, columns, rows)
    return gzip.compress(body) if wanted.gzip else body


def _parse(cursor: Cursor) -> Unload:
    cursor.expect("(")
    sql = cursor.string()
    cursor.expect(")")
    cursor.expect("TO")
    wanted = Unload(sql, cursor.string())
    while cursor.peek() is not None:
        _option(cursor, wanted)
    if wanted.format == "PARQUET":
        _takes_no_text_options(wanted)
    if not wanted.role:
        raise SqlError("UNLOAD requires credentials; this emulator takes an IAM_ROLE", "42601")
    return wanted


def _takes_no_text_options(wanted: Unload) -> None:
    """ "You can't use PARQUET with DELIMITER, FIXEDWIDTH, ADDQUOTES, ESCAPE, NULL AS, HEADER, GZIP, BZIP2, or
    ZSTD." """
    if wanted.delimiter or wanted.quoted or wanted.null or wanted.header or wanted.gzip:
        raise SqlError("PARQUET can't be used with an option for text", "42601")


FLAGS = {
    "HEADER": "header",
    "ADDQUOTES": "quoted",
    "GZIP": "gzip",
    "MANIFEST": "manifest",
    "ALLOWOVERWRITE": "overwrite",
}


def _option(cursor: Cursor, wanted: Unload) -> None:
    cursor.accept("WITH")
    flag = cursor.one_of(*FLAGS)
    if flag:
        setattr(wanted, FLAGS[flag], True)
        wanted.verbose |= flag == "MANIFEST" and cursor.accept("VERBOSE")
    elif cursor.accept("IAM_ROLE"):
        wanted.role = "default" if cursor.accept("DEFAULT") else cursor.string()
    elif cursor.accept("FORMAT"):
        cursor.accept("AS")
        wanted.format = cursor.one_of("CSV", "JSON", "PARQUET") or ""
        if not wanted.format:
            raise unsupported("this FORMAT of UNLOAD")
    elif format_ := cursor.one_of("CSV", "PARQUET"):
        wanted.format = format_
    elif cursor.accept("DELIMITER"):
        cursor.accept("AS")
        wanted.delimiter = cursor.string()
    elif cursor.accept("NULL"):
        cursor.accept("AS")
        wanted.null = cursor.string()
    elif cursor.accept("PARALLEL"):
        wanted.parallel = cursor.one_of("OFF", "FALSE") is None
        cursor.one_of("ON", "TRUE")
    elif cursor.accept("KMS_KEY_ID"):
        wanted.key = cursor.string()
        cursor.expect("ENCRYPTED")
    else:
        raise unsupported("this option of UNLOAD") if cursor.at_word() else cursor.wrong()


def _text(wanted: Unload, columns: list[Column], rows: list[list[str | None]]) -> bytes:
    """CSV quotes what needs it; other text only with ADDQUOTES, delimited by pipes unless told otherwise."""
    out = io.StringIO(newline="")
    separator = wanted.delimiter or ("," if wanted.format == "CSV" else "|")
    if wanted.format == "CSV":
        writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    elif wanted.quoted:
        writer = csv.writer(out, delimiter=separator, lineterminator="\n", quoting=csv.QUOTE_ALL)
    else:
        writer = csv.writer(out, delimiter=separator, lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
    try:
        if wanted.header:
            writer.writerow([column.name for column in columns])
        writer.writerows([wanted.null if cell is None else cell for cell in row] for row in rows)
    except csv.Error as error:
        raise unsupported("UNLOAD of text that holds its delimiter, without ADDQUOTES") from error
    return out.getvalue().encode()


def _json(columns: list[Column], rows: list[list[str | None]]) -> bytes:
    lines = (json.dumps({c.name: _value(c, cell) for c, cell in zip(columns, row, strict=True)}) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def _value(column: Column, cell: str | None) -> object:
    if cell is None:
        return None
    if column.type in ("int2", "int4", "int8", "float4", "float8", "numeric", "super"):
        return json.loads(cell)
    return json.loads(BOOLEANS[cell]) if column.type == "bool" else cell
