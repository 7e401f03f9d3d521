"""Which files a pipeline has loaded. A row is written by the transaction that loads the file, and by nothing else.

Redshift enforces no key; that there is one row for a file is kept by the lock that each load takes first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cloister_etl.errors import EtlError
from cloister_etl.s3.objects import S3Object
from cloister_etl.warehouse.data_api import DataApi, Step, StepRefused
from cloister_etl.warehouse.sql import Sql, literal, qualified

TABLE = "load_ledger"
AT_ONCE = 200  # files that one query asks for, far below the 100 KB that a statement may have


class LedgerMissing(EtlError):
    def __init__(self, schema: str) -> None:
        super().__init__(
            f"the table {schema}.{TABLE} does not exist: declare it under tables of the schema {schema}, with the "
            "columns that the README of cloister_etl lists under Ledger"
        )


@dataclass(frozen=True, slots=True)
class Entry:
    run: str
    size: int
    rows_read: int
    rows_rejected: int
    rows_loaded: int


class Ledger:
    """One query answers for all files of a run. What was not there may come to be there at any time: the load's own
    transaction looks again, under the lock."""

    def __init__(self, warehouse: DataApi, pipeline: str) -> None:
        self.warehouse, self.pipeline = warehouse, pipeline
        self.found: dict[str, Entry | None] = {}

    def ask(self, sources: Iterable[S3Object]) -> None:
        asked = list(sources)
        for start in range(0, len(asked), AT_ONCE):
            self._ask(asked[start : start + AT_ONCE])

    def entry(self, source: S3Object) -> Entry | None:
        if source.id not in self.found:
            self.ask([source])
        return self.found[source.id]

    def forget(self, source: S3Object) -> None:
        self.found.pop(source.id, None)

    def _ask(self, sources: Sequence[S3Object]) -> None:
        schema = self.warehouse.address.schema
        versions = ", ".join(literal(source.version_id) for source in sources)
        sql = Sql(
            "SELECT bucket, object_key, version_id, run, size_bytes, rows_read, rows_rejected, rows_loaded"
            f" FROM {qualified(schema, TABLE)} WHERE pipeline = :pipeline AND version_id IN ({versions})"
        )
        try:
            rows = self.warehouse.query(Step("read-ledger", sql), {"pipeline": self.pipeline})
        except StepRefused as refused:
            if refused.kind == "DoesNotExist":
                raise LedgerMissing(schema) from None
            raise
        named = {(source.bucket, source.key, source.version_id): source.id for source in sources}
        self.found |= dict.fromkeys(named.values())
        for bucket, key, version, run, *counts in rows:
            identifier = named.get((bucket, key, version))
            if identifier is not None:
                self.found[identifier] = Entry(run, *(int(count) for count in counts))
