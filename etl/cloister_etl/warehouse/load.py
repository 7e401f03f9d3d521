"""The transaction that loads one file: all of it or nothing, and once.

The ledger is locked first, so that two workers with one file come one after the other, and the second sees what the
first did: "acquire locks ... at the beginning of the transaction" (docs.aws.amazon.com/redshift/latest/dg/r_LOCK.html).
TRUNCATE has no place here, since it commits.
"""

from dataclasses import dataclass

from cloister_etl.rows.schema import RowSchema
from cloister_etl.run import Run
from cloister_etl.s3.objects import S3Object
from cloister_etl.warehouse.data_api import Step
from cloister_etl.warehouse.ledger import TABLE as LEDGER
from cloister_etl.warehouse.sql import Sql, identifier, listed, literal, qualified

ROW = "cloister_row"  # of the staging table: which row of the input it is, over all its pieces
NEW, RECONCILE, REPLACED = "check-that-it-is-new", "reconcile-staging", "reconcile-table"
INSERT, RECORD = "insert", "write-ledger"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What the cleaning of a file left to load."""

    manifest: str  # s3:// URL; empty if there is no row
    rows_read: int
    rows_clean: int
    rows_rejected: int


def steps(run: Run, table: str, schema: RowSchema, source: S3Object, cleaned: Cleaned, token: str) -> list[Step]:
    assert run.warehouse is not None, "asked for at the start"
    target = qualified(run.warehouse.schema, table)
    ledger = qualified(run.warehouse.schema, LEDGER)
    stage = identifier(f"cloister_stage_{token}")
    load = _load(run.warehouse.copy_role, target, stage, schema, cleaned) if cleaned.rows_clean else []
    return [
        Step("lock-ledger", Sql(f"LOCK TABLE {ledger}")),
        Step(NEW, holds(f"(SELECT COUNT(*) FROM {ledger} WHERE {_same(run, source)}) = 0")),
        *load,
        Step(RECORD, _record(run, ledger, source, cleaned, target_rows=stage if load else None)),
    ]


def holds(condition: str) -> Sql:
    """Fails its transaction unless the condition is true; an IF would need a stored procedure."""
    return Sql(f"SELECT 1 / (CASE WHEN {condition} THEN 1 ELSE 0 END)")


def _load(role: str, target: Sql, stage: Sql, schema: RowSchema, cleaned: Cleaned) -> list[Step]:
    columns = listed(*schema.names)
    declared = ", ".join(f"{identifier(column.name)} {column.sql_type}" for column in schema.columns)
    same_key = " AND ".join(f"{target}.{identifier(name)} = {stage}.{identifier(name)}" for name in schema.key)
    return [
        Step("create-staging", Sql(f"CREATE TEMP TABLE {stage} ({identifier(ROW)} bigint, {declared})")),
        Step(
            "copy",
            Sql(
                f"COPY {stage} ({identifier(ROW)}, {columns}) FROM {literal(cleaned.manifest)}"
                f" IAM_ROLE {literal(role)} CSV GZIP MANIFEST COMPUPDATE OFF STATUPDATE OFF"
            ),
        ),
        Step(RECONCILE, holds(f"(SELECT COUNT(*) FROM {stage}) = {cleaned.rows_clean}")),
        Step("keep-newest-of-file", _keep_newest(stage, schema)),
        *_keep_newer_in_table(target, stage, schema, same_key),
        Step("delete-replaced", Sql(f"DELETE FROM {target} USING {stage} WHERE {same_key}")),
        Step(INSERT, Sql(f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {stage}")),
        Step(
            REPLACED,
            holds(
                f"(SELECT COUNT(*) FROM {target} JOIN {stage} ON {same_key}) = (SELECT COUNT(*) FROM {stage})",
            ),
        ),
    ]


def _keep_newest(stage: Sql, schema: RowSchema) -> Sql:
    """Of rows with one key the newest by the declared order, and of equal ones the last in the file."""
    row = identifier(ROW)
    order = ", ".join(f"{name} DESC" for name in ([identifier(schema.order)] if schema.order else []) + [row])
    ranked = (
        f"SELECT {row} AS numbered, ROW_NUMBER() OVER (PARTITION BY {listed(*schema.key)} ORDER BY {order}) AS place"
    )
    older = f"SELECT numbered FROM ({ranked} FROM {stage}) AS ranked WHERE place > 1"
    return Sql(f"DELETE FROM {stage} WHERE {row} IN ({older})")


def _keep_newer_in_table(target: Sql, stage: Sql, schema: RowSchema, same_key: str) -> list[Step]:
    """A file that comes late must not put back what a later one has corrected."""
    if schema.order is None:
        return []
    order = identifier(schema.order)
    newer = f"{target}.{order} > {stage}.{order}"
    return [Step("keep-newer-in-table", Sql(f"DELETE FROM {stage} USING {target} WHERE {same_key} AND {newer}"))]


def _same(run: Run, source: S3Object) -> str:
    found = {
        "pipeline": run.pipeline,
        "bucket": source.bucket,
        "object_key": source.key,
        "version_id": source.version_id,
    }
    return " AND ".join(f"{identifier(name)} = {literal(value)}" for name, value in found.items())


def _record(run: Run, ledger: Sql, source: S3Object, cleaned: Cleaned, target_rows: Sql | None) -> Sql:
    loaded = f"(SELECT COUNT(*) FROM {target_rows})" if target_rows else "0"
    values = {
        "pipeline": literal(run.pipeline),
        "bucket": literal(source.bucket),
        "object_key": literal(source.key),
        "version_id": literal(source.version_id),
        "etag": literal(source.etag),
        "size_bytes": source.size,
        "run": literal(run.run),
        "attempt": run.attempt,
        "loaded_at": "GETDATE()",
        "rows_read": cleaned.rows_read,
        "rows_rejected": cleaned.rows_rejected,
        "rows_superseded": f"{cleaned.rows_clean} - {loaded}",
        "rows_loaded": loaded,
    }
    return Sql(f"INSERT INTO {ledger} ({listed(*values)}) SELECT {', '.join(str(each) for each in values.values())}")
