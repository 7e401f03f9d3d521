"""Where rows and files go that do not hold: under the run's work prefix, encrypted, with the reason and the line."""

import gzip
import json
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING

from cloister_etl.log import Log
from cloister_etl.rows.check import Problem
from cloister_etl.rows.records import Record
from cloister_etl.s3.write import ObjectWriter

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = Log("quarantine")


class RowQuarantine:
    """JSON lines, compressed; nothing is written if no row comes."""

    def __init__(self, s3: "S3Client", bucket: str, key: str, key_arn: str) -> None:
        self.s3, self.bucket, self.key, self.key_arn = s3, bucket, key, key_arn
        self.counts: Counter[Problem] = Counter()
        self.rows = 0
        self.writer: ObjectWriter | None = None
        self.compressed: gzip.GzipFile | None = None

    def add(self, record: Record, problems: list[Problem]) -> None:
        if self.compressed is None:
            self.writer = ObjectWriter(self.s3, self.bucket, self.key, self.key_arn)
            self.compressed = gzip.GzipFile(fileobj=self.writer, mode="wb", mtime=0)
        self.rows += 1
        self.counts.update(problems)
        reasons = [{"code": problem.code, "column": problem.column} for problem in problems]
        line = json.dumps({"line": record.line, "reasons": reasons, "raw": record.raw})
        self.compressed.write(line.encode() + b"\n")

    def __enter__(self) -> "RowQuarantine":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Kept as well where the file is given up: its rows tell why."""
        if self.writer is None or self.compressed is None:
            return
        if error is not None and not isinstance(error, Exception):
            self.writer.abandon()
            return
        self.compressed.close()
        self.writer.finish()

    def tell(self, file: str) -> None:
        for problem, rows in sorted(self.counts.items(), key=lambda each: (each[0].column, each[0].code)):
            log.warning("rows_quarantined", file=file, code=problem.code, column=problem.column, rows=rows)
