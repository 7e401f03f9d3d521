"""Files become clean parts that COPY takes as they are, and rows that do not hold are set aside.

Parts are compressed CSV with the row's number in front and \\N for no value.
"""

import csv
import gzip
import io
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloister_etl.errors import Rejected
from cloister_etl.log import Log
from cloister_etl.rows.check import Checker
from cloister_etl.rows.decode import lines, text_of
from cloister_etl.rows.header import places
from cloister_etl.rows.quarantine import RowQuarantine
from cloister_etl.rows.records import Record, Records
from cloister_etl.rows.schema import Form, RowSchema
from cloister_etl.s3.objects import S3Object
from cloister_etl.s3.read import opened
from cloister_etl.s3.write import ObjectWriter, put, writing
from cloister_etl.session import Session
from cloister_etl.warehouse.load import Cleaned

if TYPE_CHECKING:
    from collections.abc import Iterable

PART_ROWS = 1_000_000
LOOK_EARLY = 10_000  # rows that a file must have been rejected with before it is given up ahead of its end
log = Log("clean")


@dataclass(frozen=True, slots=True)
class Threshold:
    """The share of a file's rows that may be set aside; beyond it the file as a whole is rejected."""

    share: float = 0.01

    def exceeded(self, rejected: int, read: int) -> bool:
        return rejected > self.share * read


class TooManyRejected(Rejected):
    pass


@dataclass(slots=True)
class _Counts:
    read: int = 0
    clean: int = 0


class Cleaning:
    """One file, which may have come in several pieces."""

    def __init__(self, session: Session, source: S3Object, schema: RowSchema, form: Form, threshold: Threshold) -> None:
        self.session, self.source = session, source
        self.schema, self.form, self.threshold = schema, form, threshold
        self.token = uuid.uuid4().hex[:12]
        self.parts: list[S3Object] = []
        self.counts = _Counts()

    def perform(self, pieces: Sequence[S3Object]) -> Cleaned:
        run, tally = self.session.run, self.session.tally.of(self.source.id)
        set_aside = self._key("quarantine", f"rows-{self.token}.jsonl.gz")
        quarantine = RowQuarantine(self.session.s3, run.work.bucket, set_aside, run.key_arn)
        try:
            with quarantine:
                self._write(self._rows(pieces, quarantine))
                self._judge(quarantine.rows)
        finally:
            quarantine.tell(self.source.id)
            tally.bytes_read, tally.rows_read = self.source.size, self.counts.read
            tally.rows_rejected = quarantine.rows
        cleaned = Cleaned(
            self._manifest() if self.parts else "",
            self.counts.read, self.counts.clean, quarantine.rows,
        )  # fmt: skip
        log.info("cleaned", file=self.source.id, parts=len(self.parts), rows_read=cleaned.rows_read,
                 rows_clean=cleaned.rows_clean, rows_rejected=cleaned.rows_rejected)  # fmt: skip
        return cleaned

    def _key(self, kind: str, *path: str) -> str:
        return self.session.work_key(kind, self.source.id, *path)

    def _rows(self, pieces: Sequence[S3Object], quarantine: RowQuarantine) -> Iterator[list[str | int]]:
        for piece in pieces:
            with opened(self.session.s3, piece) as stream:
                records = iter(Records(lines(text_of(stream, self.form.encoding)), self.form))
                checker = self._checker(records)
                for record in records:
                    if checker is None or record.cells == []:
                        continue  # an empty line is no row
                    self.counts.read += 1
                    row, problems = checker.check(record)
                    if problems:
                        quarantine.add(record, problems)
                        if quarantine.rows >= LOOK_EARLY:
                            self._judge(quarantine.rows)
                        continue
                    self.counts.clean += 1
                    yield [self.counts.read, *("\\N" if cell is None else cell for cell in row)]

    def _checker(self, records: Iterator[Record]) -> Checker | None:
        """None if the file is empty, which holds no row and nothing that is wrong."""
        width = len(self.schema.columns)
        if not self.form.header:
            return Checker(self.schema, self.form, range(width), width)
        first = next((record for record in records if record.cells != []), None)
        if first is None:
            return None
        found = places(first, self.schema, self.form)
        return Checker(self.schema, self.form, found, len(first.cells or []))

    def _judge(self, rejected: int) -> None:
        if self.threshold.exceeded(rejected, self.counts.read):
            raise TooManyRejected(
                f"{rejected} of {self.counts.read} rows of a file do not hold, which is more than the threshold of "
                f"{self.threshold.share:.2%}"
            )

    def _write(self, rows: "Iterable[list[str | int]]") -> None:
        run, left = self.session.run, iter(rows)
        for first in left:
            name = f"part-{self.token}-{len(self.parts):05}.csv.gz"
            with writing(self.session.s3, run.work.bucket, self._key("clean", name), run.key_arn) as writer:
                _write_part(writer, first, left)
            assert writer.written is not None
            self.parts.append(writer.written)

    def _manifest(self) -> str:
        """ "mandatory": true, since COPY goes on without a file otherwise."""
        entries = [{"url": part.url, "mandatory": True} for part in self.parts]
        run = self.session.run
        key = self._key("clean", f"{self.token}.manifest")
        body = json.dumps({"entries": entries}).encode()
        return put(self.session.s3, run.work.bucket, key, run.key_arn, body).url


def _write_part(into: ObjectWriter, first: list[str | int], left: Iterator[list[str | int]]) -> None:
    with (
        gzip.GzipFile(fileobj=into, mode="wb", compresslevel=6, mtime=0) as compressed,
        io.TextIOWrapper(compressed, "utf-8", newline="") as text,
    ):
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(first)
        for _, row in zip(range(PART_ROWS - 1), left, strict=False):
            rows.writerow(row)
