"""In place of a Network Load Balancer: takes connections on a port of loopback and passes their bytes to an
application's pods, one after the other. TLS goes through it as it is. With a directory, what passes is kept there as
NUMBER.asked and NUMBER.answered of each connection.

python -m local.balancer [--keep=DIRECTORY] PORT ADDRESS:PORT...
"""

import argparse
import asyncio
import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

_CONNECT_SECONDS = 2.0
_PIECE = 1 << 16


Keep = Callable[[bytes], object]


def _forget(_piece: bytes) -> None:
    pass


class Balancer:
    def __init__(self, targets: Sequence[str], kept: Path | None = None) -> None:
        self._targets, self._kept = list(targets), kept
        self._turn: Iterator[int] = itertools.count()
        self._number: Iterator[int] = itertools.count()

    async def serve(self, port: int) -> None:
        server = await asyncio.start_server(self._pass, "127.0.0.1", port, reuse_port=True)
        async with server:
            await server.serve_forever()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            there = await self._connected()
            if there is None:
                return
            their_reader, their_writer = there
            number = next(self._number)
            with (
                contextlib.closing(their_writer),
                self._keeping(number, "asked") as asked,
                self._keeping(number, "answered") as answered,
            ):
                ways = (_copy(reader, their_writer, asked), _copy(their_reader, writer, answered))
                await asyncio.gather(*ways, return_exceptions=True)

    @contextlib.contextmanager
    def _keeping(self, number: int, way: str) -> Iterator[Keep]:
        if self._kept is None:
            yield _forget
            return
        with (self._kept / f"{number}.{way}").open("wb", buffering=0) as file:
            yield file.write

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """To the next one that takes the connection."""
        first = next(self._turn)
        for number in range(len(self._targets)):
            host, _, port = self._targets[(first + number) % len(self._targets)].rpartition(":")
            with contextlib.suppress(OSError, TimeoutError):
                return await asyncio.wait_for(asyncio.open_connection(host, int(port)), _CONNECT_SECONDS)
        return None


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, keep: Keep) -> None:
    """Until this side has said all; the other may still speak."""
    while piece := await reader.read(_PIECE):
        keep(piece)
        writer.write(piece)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("targets", nargs="+")
    asked = parser.parse_args()
    asyncio.run(Balancer(asked.targets, asked.keep).serve(asked.port))


if __name__ == "__main__":
    _main()
