"""ReceiveMessage without blocking: moto would sleep through the wait, and everybody with it."""

import asyncio
import time
from collections.abc import Callable

from aws.call import Call
from aws.message import Response

Perform = Callable[[Call], Response]
PAUSE = 0.05


async def receive(call: Call, perform: Perform) -> Response:
    wait = float(call.params.pop("WaitTimeSeconds", 0) or 0)
    until = time.monotonic() + wait
    call.rewrite_json_body(call.params | {"WaitTimeSeconds": 0})
    while True:
        response = perform(call)
        if b'"Messages"' in response.body or time.monotonic() >= until:
            return response
        await asyncio.sleep(PAUSE)
