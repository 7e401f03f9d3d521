"""In place of a Network Load Balancer: takes connections on a port of loopback and passes their bytes to an
application's pods, one after the other. TLS goes through it as it is.

python -m local.balancer PORT ADDRESS:PORT...
"""

import asyncio
import contextlib
import itertools
import sys
from collections.abc import Iterator, Sequence

_CONNECT_SECONDS = 2.0
_PIECE = 1 << 16


class Balancer:
    def __init__(self, targets: Sequence[str]) -> None:
        self._targets = list(targets)
        self._turn: Iterator[int] = itertools.count()

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
            with contextlib.closing(their_writer):
                ways = (_copy(reader, their_writer), _copy(their_reader, writer))
                await asyncio.gather(*ways, return_exceptions=True)

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """To the next one that takes the connection."""
        first = next(self._turn)
        for number in range(len(self._targets)):
            host, _, port = self._targets[(first + number) % len(self._targets)].rpartition(":")
            with contextlib.suppress(OSError, TimeoutError):
                return await asyncio.wait_for(asyncio.open_connection(host, int(port)), _CONNECT_SECONDS)
        return None


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until this side has said all; the other may still speak."""
    while piece := await reader.read(_PIECE):
        writer.write(piece)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


if __name__ == "__main__":
    asyncio.run(Balancer(sys.argv[2:]).serve(int(sys.argv[1])))
