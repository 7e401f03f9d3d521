"""gzip, of several members as well, and zip; a bomb ends at the limit.

A zip file's directory is at its end, so its reader seeks, which for S3 is another range.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from typing_extensions import Buffer

from cloister_etl.errors import Rejected

GZIP, ZIP = b"\x1f\x8b", b"PK"
ENCRYPTED = 0x1  # of a zip member's flags
SMALL = 64 * 1024 * 1024  # bytes up to which a ratio says nothing


@dataclass(frozen=True, slots=True)
class Limits:
    bytes: int = 200 * 1024**3  # of all that comes out of one file
    ratio: int = 200  # out to in
    members: int = 1000  # of a zip file


class Damaged(Rejected):
    pass


class Bomb(Rejected):
    pass


class Limited(io.RawIOBase):
    """What comes out, counted; a damaged file is told of as such."""

    def __init__(self, inner: BinaryIO, budget: "Budget") -> None:
        super().__init__()
        self.inner, self.budget = inner, budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        into = memoryview(buffer).cast("B")
        try:
            got = self.inner.read(len(into))
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError):
            raise Damaged("a compressed file is damaged or cut off") from None
        into[: len(got)] = got
        self.budget.spend(len(got))
        return len(got)


class Budget:
    def __init__(self, limits: Limits, size: int) -> None:
        self.most = min(limits.bytes, max(SMALL, limits.ratio * size))
        self.spent = 0

    def spend(self, size: int) -> None:
        self.spent += size
        if self.spent > self.most:
            raise Bomb(f"a compressed file unpacks to more than {self.most} bytes")


def decompressed(stream: io.BufferedReader, size: int, limits: Limits) -> Iterator[io.BufferedReader]:
    """The files within, one after the other; each is read before the next is asked for."""
    head = stream.peek(4)[:4]
    budget = Budget(limits, size)
    if head.startswith(GZIP):
        with gzip.GzipFile(fileobj=stream) as inner:
            yield io.BufferedReader(Limited(inner, budget))  # type: ignore[arg-type]  # it reads like any stream
    elif head.startswith(ZIP):
        yield from _members(stream, budget, limits)
    else:
        raise Damaged("a file is neither gzip nor zip")


def _members(stream: io.BufferedReader, budget: Budget, limits: Limits) -> Iterator[io.BufferedReader]:
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError):
        raise Damaged("a compressed file is damaged or cut off") from None
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > limits.members:
            raise Bomb(f"a zip file has more than {limits.members} members")
        if any(member.flag_bits & ENCRYPTED for member in members):
            raise Damaged("a zip file is encrypted by a password, which this cannot read")
        for member in members:
            try:
                inner = archive.open(member)
            except (zipfile.BadZipFile, NotImplementedError):
                raise Damaged("a compressed file is damaged or cut off") from None
            with inner:
                yield io.BufferedReader(Limited(inner, budget))  # type: ignore[arg-type]
