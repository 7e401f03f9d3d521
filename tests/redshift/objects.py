"""The objects that COPY reads and UNLOAD writes, whoever keeps them."""

from collections.abc import Callable
from typing import Protocol

from redshift.errors import SqlError


class Objects(Protocol):
    """S3 as a role sees it. A refusal is Redshift's own."""

    def listed(self, bucket: str, prefix: str) -> list[str]: ...

    def read(self, bucket: str, key: str) -> bytes: ...

    def write(self, bucket: str, key: str, body: bytes, kms_key: str | None) -> None: ...


# For the user of the database and the role's ARN (`default` is the cluster's default role).
Assume = Callable[[str, str], Objects]


def location(url: str) -> tuple[str, str]:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://") or not bucket:
        raise SqlError(f"Invalid S3 location: {url}", "XX000")
    return bucket, key


def service_exception(message: str, status: int, code: str) -> SqlError:
    return SqlError(f"S3ServiceException:{message},Status {status},Error {code}", "XX000")
