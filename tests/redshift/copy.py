"""COPY from S3. https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html"""

import json
import re

import psycopg

from redshift import assume_role, copy_options
from redshift.copy_formats import BadLine, Line, lines
from redshift.copy_options import JSON, PARQUET, Copy
from redshift.cursor import Cursor
from redshift.errors import SqlError
from redshift.objects import Objects, location, service_exception
from redshift.postgres_errors import from_postgres
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs

# By SQLSTATE: the code and reason of a value that its column does not take.
REASONS = {
    "22001": (1204, "String length exceeds DDL length"),
    "22P02": (1207, "Invalid digit, Value, Pos, Type"),
    "22003": (1216, "Overflow for type"),
    "22007": (1206, "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]"),
    "22008": (1206, "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]"),
    "23502": (1213, "Missing data for not-null field"),
}
PLACE = re.compile(r"COPY \S+.*?, line (\d+)(?:, column ([^:]+))?")
CHARACTERS = ("character", "text")


@performs("COPY")
def copy(session: Session, cursor: Cursor) -> Result:
    wanted = copy_options.parse(cursor)
    relid = session.relid(wanted.table)
    columns = _columns(session, relid, wanted)
    assume_role.check(session, "COPY", wanted.role)
    objects = session.assume(wanted.role)
    try:
        loaded = [
            line
            for file, body in _files(objects, wanted)
            for line in lines(wanted, file, body, [name for name, _ in columns])
        ]
    except BadLine as bad:
        raise _failed(session, wanted, relid, bad) from bad
    _load(session, wanted, relid, columns, loaded)
    return Result(affected=len(loaded))


def _columns(session: Session, relid: int, wanted: Copy) -> list[tuple[str, str]]:
    """Names and types, in the order of the file. An IDENTITY column is filled by itself."""
    found = session.own(
        "SELECT redshift.real_name(attname), format_type(atttypid, atttypmod), attidentity FROM pg_attribute"
        " WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        (relid,),
    )
    types = {name: kind for name, kind, _ in found}
    for name in wanted.columns:
        session.column(relid, wanted.table, name)
    return [(name, types[name]) for name in wanted.columns] or [
        (name, kind) for name, kind, identity in found if identity != "a"
    ]


def _files(objects: Objects, wanted: Copy) -> list[tuple[str, bytes]]:
    if wanted.manifest:
        return _listed_in_manifest(objects, wanted)
    bucket, prefix = location(wanted.url)
    keys = objects.listed(bucket, prefix)
    if not keys:
        raise SqlError(f"The specified S3 prefix '{prefix}' does not exist", "XX000")
    return [(f"s3://{bucket}/{key}", objects.read(bucket, key)) for key in keys]


def _listed_in_manifest(objects: Objects, wanted: Copy) -> list[tuple[str, bytes]]:
    """ "If mandatory is set to true, COPY terminates if it doesn't find the file for that entry"; otherwise it goes on,
    but "if no files are found" it fails as well."""
    try:
        entries = json.loads(objects.read(*location(wanted.url)))["entries"]
        named = [(str(entry["url"]), bool(entry.get("mandatory", False))) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SqlError("Problem reading manifest file - invalid manifest", "XX000") from error
    found = []
    for url, mandatory in named:
        bucket, key = location(url)
        if key in objects.listed(bucket, key):
            found.append((url, objects.read(bucket, key)))
        elif mandatory:
            raise service_exception("The specified key does not exist.", 404, "NoSuchKey")
    if not found:
        raise SqlError("Problem reading manifest file - no files were found", "XX000")
    return found


def _load(session: Session, wanted: Copy, relid: int, columns: list[tuple[str, str]], loaded: list[Line]) -> None:
    names = ", ".join(session.names.quoted(name) for name, _ in columns)
    textual = [kind.startswith(CHARACTERS) for _, kind in columns]
    limits = [_limit(kind) if wanted.truncate else None for _, kind in columns]
    table = session.resolved(relid)
    session.act("SELECT 1")  # so that what follows is done as the user
    try:
        with session.connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as into:
            for line in loaded:
                cells = zip(line.cells, textual, limits, strict=True)
                into.write_row([_cell(wanted, cell, text, limit) for cell, text, limit in cells])
    except psycopg.Error as error:
        place = PLACE.search(error.diag.context or "")
        known = REASONS.get(from_postgres(error).sqlstate)
        if known is None or place is None:
            with session.errors():
                raise
        line = loaded[int(place.group(1)) - 1]
        bad = BadLine(line.file, line.number, *known)
        raise _failed(session, wanted, relid, bad, (place.group(2) or error.diag.column_name or "").strip()) from None


def _limit(kind: str) -> int | None:
    """TRUNCATECOLUMNS "truncates data in columns to the appropriate number of characters"."""
    declared = re.fullmatch(r"character(?: varying)?\((\d+)\)", kind)
    return int(declared.group(1)) if declared else None


def _cell(wanted: Copy, cell: str | None, textual: bool, limit: int | None) -> str | None:
    if cell is None or wanted.format in (JSON, PARQUET):
        return cell if cell is None or limit is None else cell[:limit]
    if cell == wanted.null or (not textual and not cell.strip()):
        return None  # an empty field of any other type than CHAR and VARCHAR is NULL
    if (wanted.empty_as_null and not cell) or (wanted.blanks_as_null and not cell.strip()):
        return None
    return cell if limit is None else cell[:limit]


def _failed(session: Session, wanted: Copy, relid: int, bad: BadLine, column: str = "") -> SqlError:
    """Told beside the transaction, which is rolled back; without the line or the value."""
    session.beside(
        "INSERT INTO redshift.load_errors (query_id, table_id, user_id, file_name, line_number, column_name,"
        " column_type, error_code, error_message)"
        " SELECT %s, %s, oid, %s, %s, %s, '', %s, %s FROM pg_roles WHERE rolname = %s",
        (session.pid, relid, bad.file, bad.number, column, bad.code, bad.reason,
         session.names.identity("user", session.user)),
    )  # fmt: skip
    message = f"Load into table '{wanted.table.name}' failed.  Check 'stl_load_errors' system table for details."
    return SqlError(message, "XX000")
