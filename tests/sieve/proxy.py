"""Between one operator and the API server: shows its caches the past, while what it asks by name and writes is live.

A cache is filled by lists (which alone name a `limit`) and by watches. A watch that was held is resumed from where it
was, so that the API server itself tells all that happened since; or it is told that this is too long ago, and the
client lists anew.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from e2e.kinds import path
from local.controlplane import ControlPlane
from sieve import wire
from sieve.collection import EXPIRED, Collection, Feed
from sieve.server import Server
from sieve.wire import Message

_STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"

# What lists of some kinds were answered with once.
View = dict[str, Message]
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Stall:
    """The first answer to such a request: it was carried out, and the operator is not told yet."""

    method: str
    path: str
    reached: threading.Event = field(default_factory=threading.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Proxy(Server):
    def __init__(self, control_plane: ControlPlane) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*control_plane.keys.server)
        super().__init__(context)
        self._trust = ssl.create_default_context(cafile=str(control_plane.keys.authority))
        self._address = urlsplit(control_plane.url)
        self._collections: dict[str, Collection] = {}
        self._stalls: list[Stall] = []
        # Is told each request but watches and lists of caches, once it was carried out and before it is answered.
        self.witness: Callable[[Message], None] = lambda request: None

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    # --- Steering -------------------------------------------------------------

    def record(self, *kinds: str) -> View:
        """How the operator's lists of these kinds would be answered now; of all that it watches, if none is named."""
        return self.do(self._record([path(kind) for kind in kinds] or self._listed()))

    def freeze(self, view: View) -> None:
        """From now on these kinds are as they were, until `thaw`."""
        self.do(self._freeze(view))

    def hold(self, *kinds: str) -> None:
        """Nothing that happens to these kinds from now on is told, until `thaw`."""
        self.freeze(self.record(*kinds))

    def deafen(self, where: str) -> None:
        """Watches there tell nothing any more, until `thaw`; what is asked by name is live as ever."""
        self.do(self._deafen(where))

    def thaw(self, *, merged: bool = False) -> None:
        """Tells all that was held back, event by event; or merged: only what is left of it in the end."""
        self.do(self._thaw(merged))

    def stale_lists(self, where: str) -> int:
        return self._collections[where].stale_lists

    def stall(self, method: str, where: str) -> Stall:
        made = Stall(method, where)
        self._stalls.append(made)
        return made

    def end(self, stall: Stall) -> None:
        self._stalls.remove(stall)
        self._loop.call_soon_threadsafe(stall.over.set)

    # --- In the loop ----------------------------------------------------------

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream = await self._connect()
        try:
            while (request := await wire.read(reader)) is not None:
                if request.query.get("watch") == "true":
                    await _until_hangup(reader, self._watch(request, writer))
                    break
                answer = await self._answer(request, upstream)
                if answer is None:
                    break
                writer.write(answer.encode())
                await writer.drain()
        finally:
            upstream[1].close()

    async def _answer(self, request: Message, upstream: Connection) -> Message | None:
        if request.method == "GET" and "limit" in request.query:
            collection = self._collections.setdefault(request.path, Collection(request))
            collection.listing = request
            if collection.frozen is not None:
                collection.stale_lists += 1
                return collection.frozen
        answer = await _exchange(request, upstream)
        self.witness(request)
        stalls = [s for s in self._stalls if (s.method, s.path) == (request.method, request.path)]
        for stall in stalls:
            stall.reached.set()
            await stall.over.wait()
        return answer

    async def _watch(self, request: Message, writer: asyncio.StreamWriter) -> None:
        collection = self._collections.setdefault(request.path, Collection())
        feed = Feed(request.query["resourceVersion"])
        writer.write(_STREAM)
        while True:
            if collection.gate is not None and await asyncio.shield(collection.gate):
                writer.write(wire.chunk(EXPIRED))
                break
            pump = asyncio.create_task(self._pump(request, feed, writer))
            collection.pumps.add(pump)
            try:
                await asyncio.wait({pump})
            finally:
                pump.cancel()
                collection.pumps.discard(pump)
            if not pump.cancelled():
                pump.result()
                break  # the API server ends every watch after a while
        writer.write(wire.chunk(b""))
        await writer.drain()

    async def _pump(self, request: Message, feed: Feed, writer: asyncio.StreamWriter) -> None:
        query = urlencode(request.query | {"resourceVersion": feed.version})
        resumed = Message(f"GET {request.path}?{query} HTTP/1.1", request.headers)
        reader, upstream = await self._connect()
        try:
            upstream.write(resumed.encode())
            head = await wire.read_head(reader)
            assert head is not None and " 200 " in head.start, f"the watch was refused: {head}"
            async for event in wire.lines(reader):
                writer.write(wire.chunk(event))
                feed.note(event)
                await writer.drain()
        finally:
            upstream.close()

    async def _record(self, paths: list[str]) -> View:
        upstream = await self._connect()
        view = {}
        for where in paths:
            listing = self._collections[where].listing
            assert listing is not None, f"nobody lists {where}"
            answer = await _exchange(listing, upstream)
            assert answer is not None and " 200 " in answer.start, f"the list was refused: {answer}"
            view[where] = answer
        upstream[1].close()
        return view

    def _listed(self) -> list[str]:
        return [where for where, collection in self._collections.items() if collection.listing is not None]

    async def _freeze(self, view: View) -> None:
        for where, past in view.items():
            self._collections[where].freeze(past)

    async def _deafen(self, where: str) -> None:
        self._collections[where].freeze(None)

    async def _thaw(self, merged: bool) -> None:
        for collection in self._collections.values():
            collection.thaw(merged=merged)

    async def _connect(self) -> Connection:
        return await asyncio.open_connection(self._address.hostname, self._address.port, ssl=self._trust)


async def _until_hangup(reader: asyncio.StreamReader, work: Coroutine[Any, Any, None]) -> None:
    """A held watch says nothing for long, and so would not notice that its client is gone."""
    working, gone = asyncio.create_task(work), asyncio.create_task(reader.read(1))
    await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
    gone.cancel()
    if working.done():
        working.result()
    working.cancel()


async def _exchange(request: Message, upstream: Connection) -> Message | None:
    upstream[1].write(request.encode())
    return await wire.read(upstream[0])
