"""What the door adds: 200 users of one application, without it and through it, in one run."""

import asyncio
import random
import socket
import ssl
import statistics
import sys
import time
from pathlib import Path

from bench.cpu import cpu_seconds, resident_mib
from bench.table import say, title
from door.scene import Scene, running_scene
from door.server import HOST
from e2e.waiting import until
from local.ports import Ports

USERS = 200
# So many tabs of each: their sessions are read from the emulator, which is far slower than DynamoDB.
TABS = 10
SECONDS = 15
# Between a user's requests, on average.
PAUSE = 1.0
_BODY = 4096


def door(directory: Path) -> None:
    with running_scene(directory) as scene:
        title(f"Door: {USERS} users, a request each every {PAUSE:.0f} s, {SECONDS} s; {USERS // TABS} sessions")
        with Ports() as ports:
            port = ports.take()
        scene.processes.start("app", [sys.executable, "-m", "bench.door", str(port)])
        until("the application listens", lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        front = scene.make_door("bench", "--stranger-rate=10000", "--stranger-burst=10000")
        front.config["upstream"] = {"port": port}
        front.start()
        cookies = [_signed_in(scene) for _ in range(USERS // TABS)]
        bare = asyncio.run(_crowd(port, None, cookies))
        pid = scene.processes[front.name].pid
        used = cpu_seconds(pid)
        context = ssl.create_default_context(cafile=str(scene.pki.authority))
        through = asyncio.run(_crowd(front.port, context, cookies))
        used = cpu_seconds(pid) - used
        for what, times in (("the bare application", bare), ("through the door", through)):
            say(f"{what}: p50, p99", f"{_at(times, 50):.1f}, {_at(times, 99):.1f} ms", f"{len(times)} requests")
        for part in (50, 99):
            say(f"overhead at p{part}", f"{_at(through, part) - _at(bare, part):.1f} ms")
        say("CPU time of the door per request", f"{used / len(through) * 1000:.2f} ms", "TLS, session, access log")
        say("memory of the door", f"{resident_mib(pid):.0f} MiB")
        front.stop()
        recorded = sum(line["decision"] == "Allowed" for lines in scene.shipped().values() for line in lines)
        say("access records, and answers", f"{recorded}, {len(through) + len(cookies)}", "bar: the same")


def _signed_in(scene: Scene) -> str:
    browser = scene.browser(scene.doors[0])
    assert browser.sign_in("amy").status_code == 200
    return browser.cookie() or ""


def _at(times: list[float], part: int) -> float:
    return statistics.quantiles(times, n=100)[part - 1] * 1000


async def _crowd(port: int, tls: ssl.SSLContext | None, cookies: list[str]) -> list[float]:
    ends = time.monotonic() + SECONDS
    users = [_user(port, tls, cookies[n % len(cookies)], ends) for n in range(USERS)]
    return [took for times in await asyncio.gather(*users) for took in times]


async def _user(port: int, tls: ssl.SSLContext | None, cookie: str, ends: float) -> list[float]:
    """On one connection, as a browser has it; what is not 200 fails."""
    await asyncio.sleep(random.uniform(0, PAUSE))
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=HOST if tls else None)
    request = f"GET /claims/1 HTTP/1.1\r\nhost: {HOST}:{port}\r\ncookie: __Host-cloister={cookie}\r\n\r\n".encode()
    times = []
    while time.monotonic() < ends:
        began = time.monotonic()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        await reader.readexactly(_BODY)
        times.append(time.monotonic() - began)
        await asyncio.sleep(random.uniform(0.5, 1.5) * PAUSE)
    writer.close()
    return times


async def _application(port: int) -> None:
    """The least that an application does."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {_BODY}\r\n\r\n".encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(head + b"x" * _BODY)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port, backlog=512) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_application(int(sys.argv[1])))
