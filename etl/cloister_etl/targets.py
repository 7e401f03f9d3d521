"""What Luigi asks whether a task is done by."""

import json
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

import luigi
from botocore.exceptions import ClientError

from cloister_etl import session
from cloister_etl.s3 import read
from cloister_etl.s3.objects import S3Object
from cloister_etl.s3.write import put

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

P = ParamSpec("P")
T = TypeVar("T")


def noted(ask: Callable[P, T]) -> Callable[P, T]:
    """Luigi keeps to itself what goes wrong when it asks whether a task is done."""

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return ask(*args, **kwargs)
        except Exception as error:
            session.current().troubles.append(error)
            raise

    return asked


class Files(Protocol):
    """A target that is one or more objects."""

    def files(self) -> tuple[S3Object, ...]: ...


class PinnedTarget(luigi.Target):
    """An input, by the version that was announced."""

    def __init__(self, source: S3Object) -> None:
        self.source = source

    @noted
    def exists(self) -> bool:
        return read.exists(session.current().s3, self.source)

    def files(self) -> tuple[S3Object, ...]:
        return (self.source,)


class RecordTarget(luigi.Target):
    """A JSON document under the work prefix that says what a task made. It is written last, and what it names has names
    of its own for each try, so it never speaks of a half of one try and a half of another."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.document: dict[str, Any] | None = None

    @noted
    def exists(self) -> bool:
        return self._find() is not None

    def read(self) -> dict[str, Any]:
        found = self._find()
        assert found is not None, "Luigi runs nothing before what it requires is complete"
        return found

    def files(self) -> tuple[S3Object, ...]:
        return tuple(S3Object.of(each) for each in self.read()["files"])

    def write(self, document: dict[str, Any]) -> None:
        now = session.current()
        put(now.s3, now.run.work.bucket, self.key, now.run.key_arn, json.dumps(document).encode())
        self.document = document

    def _find(self) -> dict[str, Any] | None:
        if self.document is None:
            now = session.current()
            self.document = _document(now.s3, now.run.work.bucket, self.key)
        return self.document


def _document(s3: "S3Client", bucket: str, key: str) -> dict[str, Any] | None:
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in read.ABSENT:
            return None
        raise
    found: dict[str, Any] = json.loads(answer["Body"].read())
    return found


class LedgerTarget(luigi.Target):
    """A file that the warehouse's ledger has."""

    def __init__(self, source: S3Object) -> None:
        self.source = source

    @noted
    def exists(self) -> bool:
        now = session.current()
        entry = now.ledger.entry(self.source)
        if entry is None:
            return False
        tally = now.tally.of(self.source.id)
        if entry.run == now.run.run:  # by an earlier attempt, or just now
            tally.by_this_run = True
            tally.bytes_read, tally.rows_read = entry.size, entry.rows_read
            tally.rows_loaded, tally.rows_rejected = entry.rows_loaded, entry.rows_rejected
        return True
