"""Between one operator and AWS: what passes is that operator's, however many there are."""

import asyncio

from sieve.server import Server


class Relay(Server):
    def __init__(self, upstream_port: int) -> None:
        super().__init__()
        self._upstream_port = upstream_port
        # Bytes that the operator has said.
        self.said = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, upstream = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        asking = asyncio.create_task(self._ask(reader, upstream))
        try:
            while data := await answers.read(65536):
                writer.write(data)
                await writer.drain()
        finally:
            asking.cancel()
            upstream.close()

    async def _ask(self, reader: asyncio.StreamReader, upstream: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            self.said += len(data)
            upstream.write(data)
            await upstream.drain()
        upstream.write_eof()
