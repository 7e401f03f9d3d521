"""One kind as the operator's cache is shown it: as it is, or as it was while what has happened since is held back."""

import asyncio
import json
from dataclasses import dataclass, field

from sieve.wire import Message

# What the API server says of a version that it no longer has: the client lists anew, and sees only the last state.
EXPIRED = (
    json.dumps(
        {
            "type": "ERROR",
            "object": {
                "kind": "Status",
                "apiVersion": "v1",
                "metadata": {},
                "status": "Failure",
                "message": "too old resource version",
                "reason": "Expired",
                "code": 410,
            },
        }
    ).encode()
    + b"\n"
)


@dataclass
class Collection:
    # Of the operator's last list, with its token: others like it show what it would see. None: it only watches.
    listing: Message | None = None
    # What its lists are answered with instead.
    frozen: Message | None = None
    # Held watches wait for it; the result says whether what they missed is merged.
    gate: asyncio.Future[bool] | None = None
    pumps: set[asyncio.Task[None]] = field(default_factory=set)
    # How many lists were answered from the past.
    stale_lists: int = 0

    def freeze(self, past: Message | None) -> None:
        self.frozen = past
        if self.gate is None:
            self.gate = asyncio.get_running_loop().create_future()
        for pump in self.pumps:
            pump.cancel()

    def thaw(self, *, merged: bool) -> None:
        self.frozen = None
        if self.gate is not None:
            self.gate.set_result(merged)
            self.gate = None


@dataclass
class Feed:
    """One watch: what it has delivered."""

    version: str

    def note(self, event: bytes) -> None:
        told = json.loads(event)["object"].get("metadata", {}).get("resourceVersion")
        self.version = told or self.version
