"""HTTP/1.1 on asyncio's streams: just what a Kubernetes client and its API server say to each other."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl

# Of one connection only: a proxy has two.
_OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Message:
    """A request or an answer."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @classmethod
    def parse(cls, head: bytes) -> Self:
        start, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return cls(start, tuple((name.lower(), value.strip()) for name, _, value in pairs))

    def header(self, name: str) -> str:
        return next((value for given, value in self.headers if given == name), "")

    def encode(self) -> bytes:
        kept = [(name, value) for name, value in self.headers if name not in _OF_THE_CONNECTION]
        lines = [self.start, *(f"{name}: {value}" for name, value in (*kept, ("content-length", len(self.body))))]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body

    # --- Of a request ---------------------------------------------------------

    @property
    def method(self) -> str:
        return self.start.split(" ")[0]

    @property
    def target(self) -> str:
        return self.start.split(" ")[1]

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2]))


async def read_head(reader: asyncio.StreamReader) -> Message | None:
    """None where the other side has closed."""
    try:
        return Message.parse(await reader.readuntil(b"\r\n\r\n"))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


async def read(reader: asyncio.StreamReader) -> Message | None:
    """A whole message."""
    head = await read_head(reader)
    if head is None:
        return None
    if head.header("transfer-encoding") == "chunked":
        body = b"".join([chunk async for chunk in chunks(reader)])
    else:
        body = await reader.readexactly(int(head.header("content-length") or 0))
    return Message(head.start, head.headers, body)


async def chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")


async def lines(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Of a chunked body; a line may be cut anywhere."""
    rest = b""
    async for chunk in chunks(reader):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line + b"\n"


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"
