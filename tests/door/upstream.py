"""A tiny application behind the door, in this process: it tells what it was asked, and does what the path says."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn, UnixStreamServer
from typing import Any


@dataclass
class Seen:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass
class Application:
    """What reached it, and what it answers with beside the usual."""

    seen: list[Seen] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    # Held back until it is set.
    gate: threading.Event = field(default_factory=threading.Event)


def _handler(application: Application) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("content-length", 0))
            body = (
                self.rfile.read(length) if "chunked" not in self.headers.get("transfer-encoding", "") else _chunks(self)
            )
            path = self.path.partition("?")[0]
            if path != "/healthz":
                application.seen.append(Seen(self.command, self.path, list(self.headers.items()), body))
            if path == "/slow":
                application.gate.wait(20)
            text = b"<!doctype html><title>claims</title>ok"
            self.send_response(200)
            self.send_header("content-type", "text/html")
            if path.startswith("/claims/"):
                self.send_header("Cloister-Record", path.removeprefix("/"))
            for name, value in application.headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def address_string(self) -> str:
            return "door"

        def log_message(self, *_: Any) -> None:
            pass

    for verb in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        setattr(Handler, f"do_{verb}", Handler._answer)
    return Handler


def _chunks(handler: BaseHTTPRequestHandler) -> bytes:
    whole = b""
    while size := int(handler.rfile.readline(), 16):
        whole += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return whole


class _Unix(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    request_queue_size = 256


class _Tcp(ThreadingMixIn, TCPServer):
    daemon_threads = True
    request_queue_size = 256


@contextmanager
def serving(where: Path | None) -> Iterator[tuple[Application, dict[str, Any]]]:
    """On a Unix socket, or on a free port; and how door.json names it."""
    application = Application()
    handler = _handler(application)
    server: _Unix | _Tcp
    named: dict[str, Any]
    if where:
        server, named = _Unix(str(where), handler), {"socket": str(where)}
    else:
        server = _Tcp(("127.0.0.1", 0), handler)
        named = {"port": server.socket.getsockname()[1]}
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield application, named
    finally:
        application.gate.set()
        server.shutdown()
        server.server_close()
