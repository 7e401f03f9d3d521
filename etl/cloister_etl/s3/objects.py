"""One version of one object."""

import hashlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class S3Object:
    bucket: str
    key: str
    version_id: str
    etag: str
    size: int

    @property
    def id(self) -> str:
        """Stands for the object where its key must not be shown, since clients put names of people into keys."""
        return hashlib.sha256("\0".join((self.bucket, self.key, self.version_id)).encode()).hexdigest()[:16]

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def document(self) -> dict[str, Any]:
        return {
            "bucket": self.bucket,
            "key": self.key,
            "versionId": self.version_id,
            "etag": self.etag,
            "size": self.size,
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> "S3Object":
        names = ("bucket", "key", "versionId", "etag", "size")
        bucket, key, version_id, etag, size = (document[name] for name in names)
        return cls(bucket, key, version_id, etag, size)
