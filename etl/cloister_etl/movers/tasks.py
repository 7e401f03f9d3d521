"""Movers as Luigi tasks. `source` is the task whose files are moved; the result is under the work prefix."""

import hashlib
import io
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import IO, cast

import luigi

from cloister_etl import session
from cloister_etl.errors import Rejected
from cloister_etl.movers.decompress import Limits, decompressed
from cloister_etl.movers.openpgp import CHUNK, Keys, decrypted
from cloister_etl.movers.split import split
from cloister_etl.parameters import ValueParameter
from cloister_etl.quarantine import set_aside
from cloister_etl.rows.schema import Form
from cloister_etl.s3.objects import S3Object
from cloister_etl.s3.read import opened
from cloister_etl.s3.write import ObjectWriter, writing
from cloister_etl.targets import Files, PinnedTarget, RecordTarget


class PinnedInput(luigi.ExternalTask):
    """A file that was announced; Luigi calls it missing data if its version is gone."""

    file = ValueParameter[S3Object]()

    def output(self) -> PinnedTarget:
        return PinnedTarget(self.file)


class Mover(luigi.Task):
    source = ValueParameter[luigi.Task]()

    def requires(self) -> luigi.Task:
        return self.source

    def output(self) -> RecordTarget:
        return RecordTarget(session.current().work_key("moved", self._name(), "made.json"))

    def run(self) -> None:
        made: list[S3Object] = []
        for file in cast(Files, self.input()).files():
            try:
                made += self.moved(file)
            except Rejected as rejected:
                set_aside(session.current(), file, rejected)
                raise
        self.output().write({"files": [file.document() for file in made]})

    def moved(self, file: S3Object) -> Iterator[S3Object]:
        raise NotImplementedError

    def _name(self) -> str:
        return f"{type(self).__name__.lower()}-{hashlib.sha256(self.task_id.encode()).hexdigest()[:16]}"

    def new(self) -> AbstractContextManager[ObjectWriter]:
        """Under a name that no other try has."""
        now = session.current()
        key = now.work_key("moved", self._name(), uuid.uuid4().hex[:12])
        return writing(now.s3, now.run.work.bucket, key, now.run.key_arn)


class Decompress(Mover):
    limits = ValueParameter[Limits](default=Limits())

    def moved(self, file: S3Object) -> Iterator[S3Object]:
        with opened(session.current().s3, file) as stream:
            for inner in decompressed(stream, file.size, self.limits):
                with self.new() as into:
                    _copy(inner, into)
                yield _made(into)


class Decrypt(Mover):
    keys = ValueParameter[Keys]()

    def moved(self, file: S3Object) -> Iterator[S3Object]:
        with (
            opened(session.current().s3, file) as stream,
            self.new() as into,
            decrypted(stream, self.keys) as clear,
        ):
            _copy(clear, into)
        yield _made(into)


class Split(Mover):
    form = ValueParameter[Form](default=Form())
    most_bytes = luigi.IntParameter(default=256 * 1024 * 1024)

    def moved(self, file: S3Object) -> Iterator[S3Object]:
        pieces: list[ObjectWriter] = []

        def piece(_number: int) -> AbstractContextManager[ObjectWriter]:
            return _noted(self.new(), pieces)

        with opened(session.current().s3, file) as stream:
            split(stream, self.form, self.most_bytes, piece)
        yield from (_made(each) for each in pieces)


class _noted(AbstractContextManager[ObjectWriter]):  # noqa: N801  # reads as a statement of its own
    def __init__(self, inner: AbstractContextManager[ObjectWriter], into: list[ObjectWriter]) -> None:
        self.inner, self.into = inner, into

    def __enter__(self) -> ObjectWriter:
        self.into.append(self.inner.__enter__())
        return self.into[-1]

    def __exit__(self, *what: object) -> bool | None:
        return self.inner.__exit__(*what)  # type: ignore[arg-type]


def _copy(source: io.BufferedReader | IO[bytes], into: ObjectWriter) -> None:
    while chunk := source.read(CHUNK):
        into.write(chunk)


def _made(writer: ObjectWriter) -> S3Object:
    assert writer.written is not None
    return writer.written
