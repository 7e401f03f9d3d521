"""A stream of one version of an object, in bounded memory, that goes on where a broken connection left it."""

import io
import time
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody
from typing_extensions import Buffer
from urllib3.exceptions import HTTPError

from cloister_etl.errors import EtlError, Rejected
from cloister_etl.s3.objects import S3Object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef

MEBIBYTE = 1024 * 1024
BREAKS = 5  # that one stream survives without having read anything in between
BROKEN = (HTTPError, BotoCoreError, OSError)
ABSENT = ("404", "NoSuchKey", "NoSuchVersion", "405", "MethodNotAllowed")


class Changed(Rejected):
    """What S3 holds under the version is not what was announced."""


def opened(s3: "S3Client", source: S3Object) -> io.BufferedReader:
    return io.BufferedReader(PinnedReader(s3, source), MEBIBYTE)


def exists(s3: "S3Client", source: S3Object) -> bool:
    """Of a version that is a delete marker S3 says 405."""
    try:
        s3.head_object(Bucket=source.bucket, Key=source.key, VersionId=source.version_id)
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return False
        raise
    return True


class PinnedReader(io.RawIOBase):
    """Also seekable, by asking for a range: a zip file has its directory at its end."""

    def __init__(self, s3: "S3Client", source: S3Object) -> None:
        super().__init__()
        self.s3, self.source = s3, source
        self.position = 0
        self.body: StreamingBody | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.source.size}[whence]
        if start + offset < 0:
            raise ValueError("before the object's beginning")
        if start + offset != self.position:
            self._let_go()
        self.position = start + offset
        return self.position

    def readinto(self, buffer: Buffer) -> int:
        into = memoryview(buffer).cast("B")
        left = min(len(into), self.source.size - self.position)
        if left <= 0:
            if self.source.size == 0 and self.body is None:
                self.body = self._open()  # an empty object is looked at as well
            return 0
        got = self._read(left)
        into[: len(got)] = got
        self.position += len(got)
        return len(got)

    def _read(self, size: int) -> bytes:
        for broken in range(BREAKS):
            if self.body is None:
                self.body = self._open()
            try:
                got: bytes = self.body.read(size)
            except BROKEN:
                got = b""
            if got:
                return got
            self._let_go()
            time.sleep(0.1 * 2**broken)
        raise EtlError(f"the connection to S3 broke {BREAKS} times at one place of a file")

    def _open(self) -> StreamingBody:
        """ "If-Match: Return the object only if its entity tag (ETag) is the same as the one specified in this header;
        otherwise, return a 412 Precondition Failed error." (API_GetObject)"""
        source = self.source
        try:
            answer = self.s3.get_object(**self._asked())
        except ClientError as error:
            if error.response["Error"]["Code"] in ("PreconditionFailed", "412", "InvalidRange", "416"):
                raise Changed("a file is not the one that was announced: its ETag or its size differs") from None
            raise
        if answer["ETag"].strip('"') != source.etag or answer.get("VersionId", "null") != source.version_id:
            raise Changed("a file is not the one that was announced: its ETag or its version differs")
        if answer["ContentLength"] != source.size - self.position:
            raise Changed("a file is not the one that was announced: its size differs")
        return answer["Body"]

    def _asked(self) -> "GetObjectRequestTypeDef":
        source = self.source
        asked: GetObjectRequestTypeDef = {
            "Bucket": source.bucket,
            "Key": source.key,
            "VersionId": source.version_id,
            "IfMatch": f'"{source.etag}"',
        }
        if self.position:  # of an empty object S3 has no range at all
            asked["Range"] = f"bytes={self.position}-"
        return asked

    def _let_go(self) -> None:
        if self.body is not None:
            self.body.close()
            self.body = None

    def close(self) -> None:
        self._let_go()
        super().close()
