"""A server on loopback with an event loop and a thread of its own, steered from the thread of the tests."""

import asyncio
import ssl
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Server:
    """Open while the context is."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._over: asyncio.Event
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        raise NotImplementedError

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """In the server's thread, from that of the tests."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(timeout=10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(timeout=10)

    async def _run(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        # Not as its context: that would wait for connections which only the other side ends.
        await self._over.wait()
        server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # a client that was killed, or the end of the test
        finally:
            writer.close()
