"""TLS is told from what is none, and a name from a handshake of a real client."""

import contextlib
import ssl
from pathlib import Path

import pytest

from local import wire
from local.pki import Pki

HOST = "claims.localhost"


def spoken(directory: Path) -> tuple[bytes, bytes]:
    """A whole conversation, as bytes of the client and of the server."""
    pki = Pki.make(directory / "pki")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(*pki.host("claims", HOST))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context(cafile=str(pki.authority)).wrap_bio(to_client, to_server, False, HOST)
    server = serving.wrap_bio(to_server, to_client, True)
    asked, answered = _Tap(to_server), _Tap(to_client)
    for step in (client.do_handshake, server.do_handshake) * 2:
        with contextlib.suppress(ssl.SSLWantReadError):
            step()
        asked.note()
        answered.note()
    client.write(b"GET /claims HTTP/1.1\r\n\r\n")
    asked.note()
    assert server.read() == b"GET /claims HTTP/1.1\r\n\r\n"
    server.write(b"Jane Doe")
    answered.note()
    assert client.read() == b"Jane Doe"
    return asked.seen, answered.seen


class _Tap:
    """Reads a buffer without keeping what is in it from the other side."""

    def __init__(self, buffer: ssl.MemoryBIO) -> None:
        self._buffer, self.seen = buffer, b""

    def note(self) -> None:
        waiting = self._buffer.read()
        self._buffer.write(waiting)
        # What the other side has not taken yet has been noted already.
        if not self.seen.endswith(waiting):
            self.seen += waiting


def test_a_conversation_is_records_alone_and_names_its_server(tmp_path: Path) -> None:
    asked, answered = spoken(tmp_path)
    assert wire.server_name(asked) == HOST
    assert {record.kind for record in wire.records(asked)} >= {wire.HANDSHAKE, wire.DATA}
    assert wire.records(answered)[-1].kind == wire.DATA
    assert b"Jane" not in answered and b"GET" not in asked


@pytest.mark.parametrize("said", [b"GET /claims HTTP/1.1\r\nhost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nJane Doe"])
def test_what_is_plain_is_no_tls(said: bytes) -> None:
    with pytest.raises(wire.NotTlsError, match="at byte 0 there is no TLS record"):
        wire.records(said)


def test_plain_text_behind_a_handshake_is_found(tmp_path: Path) -> None:
    asked, _ = spoken(tmp_path)
    with pytest.raises(wire.NotTlsError, match=f"at byte {len(asked)} there"):
        wire.records(asked + b"GET / HTTP/1.1\r\n\r\n")


def test_who_begins_with_data_or_names_nobody_is_told(tmp_path: Path) -> None:
    asked, answered = spoken(tmp_path)
    for said in (answered, b"", asked[:3]):
        with pytest.raises(wire.NotTlsError, match="does not begin with a ClientHello"):
            wire.server_name(said)
