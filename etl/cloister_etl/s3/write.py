"""An object written as a stream under the tenant's key; it appears whole or not at all."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypedDict

from typing_extensions import Buffer

from cloister_etl.s3.objects import S3Object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART = 8 * 1024 * 1024
# "Part numbers: 1 to 10,000"; parts grow, so that an object may be as large as S3 takes.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
GROWS_EVERY = 500


class Encryption(TypedDict):
    ServerSideEncryption: "ServerSide"
    SSEKMSKeyId: str
    BucketKeyEnabled: bool


if TYPE_CHECKING:
    from mypy_boto3_s3.literals import ServerSideEncryptionType as ServerSide


def encrypted(key_arn: str) -> Encryption:
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_arn, "BucketKeyEnabled": True}


class ObjectWriter(io.RawIOBase):
    """Use `writing`, which finishes or abandons it."""

    def __init__(self, s3: "S3Client", bucket: str, key: str, key_arn: str) -> None:
        super().__init__()
        self.s3, self.bucket, self.key, self.key_arn = s3, bucket, key, key_arn
        self.buffer = bytearray()
        self.upload = ""
        self.parts: list[CompletedPartTypeDef] = []
        self.size = 0
        self.digest = hashlib.sha256()
        self.written: S3Object | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:
        view = memoryview(data)
        self.buffer += view
        self.digest.update(view)
        self.size += view.nbytes
        while len(self.buffer) >= (part := PART << len(self.parts) // GROWS_EVERY):
            self._send(part)
        return view.nbytes

    def _send(self, size: int) -> None:
        if not self.upload:
            made = self.s3.create_multipart_upload(Bucket=self.bucket, Key=self.key, **encrypted(self.key_arn))
            self.upload = made["UploadId"]
        number = len(self.parts) + 1
        answer = self.s3.upload_part(
            Bucket=self.bucket, Key=self.key, UploadId=self.upload, PartNumber=number, Body=bytes(self.buffer[:size])
        )
        self.parts.append({"ETag": answer["ETag"], "PartNumber": number})
        del self.buffer[:size]

    def finish(self) -> S3Object:
        if not self.upload:
            whole = self.s3.put_object(
                Bucket=self.bucket, Key=self.key, Body=bytes(self.buffer), **encrypted(self.key_arn)
            )
            etag, version = whole["ETag"], whole.get("VersionId", "null")
        else:
            if self.buffer:
                self._send(len(self.buffer))
            made = self.s3.complete_multipart_upload(
                Bucket=self.bucket, Key=self.key, UploadId=self.upload, MultipartUpload={"Parts": self.parts}
            )
            etag, version = made["ETag"], made.get("VersionId", "null")
        self.written = S3Object(self.bucket, self.key, version, etag.strip('"'), self.size)
        return self.written

    def abandon(self) -> None:
        """What is left behind is ended by the bucket's lifecycle."""
        if self.upload and self.written is None:
            with suppress(Exception):
                self.s3.abort_multipart_upload(Bucket=self.bucket, Key=self.key, UploadId=self.upload)


@contextmanager
def writing(s3: "S3Client", bucket: str, key: str, key_arn: str) -> Iterator[ObjectWriter]:
    """At the end of the block the object is there, and `written` says which version it is."""
    writer = ObjectWriter(s3, bucket, key, key_arn)
    try:
        yield writer
        writer.finish()
    except BaseException:
        writer.abandon()
        raise


def put(s3: "S3Client", bucket: str, key: str, key_arn: str, body: bytes) -> S3Object:
    with writing(s3, bucket, key, key_arn) as writer:
        writer.write(body)
    assert writer.written is not None
    return writer.written
