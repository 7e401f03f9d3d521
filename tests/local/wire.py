"""What passed through the balancer, read as TLS records: nothing else may be there, and who ended it cannot be seen.

https://www.rfc-editor.org/rfc/rfc8446#section-5.1 and, for the name that is asked for,
https://www.rfc-editor.org/rfc/rfc6066#section-3
"""

from dataclasses import dataclass

# change_cipher_spec, alert, handshake, application_data
KINDS = frozenset((20, 21, 22, 23))
HANDSHAKE, DATA, CLIENT_HELLO = 22, 23, 1
_HEAD = 5
# Encrypted records may be a little longer than what is in them.
_LONGEST = (1 << 14) + 256


class NotTlsError(Exception):
    pass


@dataclass(frozen=True)
class Record:
    kind: int
    body: bytes


def records(said: bytes) -> list[Record]:
    """All of what one side said; its last record may have been cut off with the connection."""
    found, at = [], 0
    while at + _HEAD <= len(said):
        kind, major, length = said[at], said[at + 1], int.from_bytes(said[at + 3 : at + _HEAD])
        if kind not in KINDS or major != 3 or not length <= _LONGEST:
            raise NotTlsError(f"at byte {at} there is no TLS record, but {said[at : at + _HEAD]!r}")
        found.append(Record(kind, said[at + _HEAD : at + _HEAD + length]))
        at += _HEAD + length
    return found


def server_name(said: bytes) -> str:
    """The name that the client asks for in its first record."""
    first = next(iter(records(said)), None)
    if first is None or first.kind != HANDSHAKE or first.body[:1] != bytes([CLIENT_HELLO]):
        raise NotTlsError("it does not begin with a ClientHello")
    left = _Reader(first.body[4:])
    left.take(2 + 32)  # version, random
    for width in (1, 2, 1):  # session, cipher suites, compressions
        left.sized(width)
    extensions = _Reader(left.sized(2))
    while extensions.left:
        kind, body = int.from_bytes(extensions.take(2)), _Reader(extensions.sized(2))
        if kind == 0:
            names = _Reader(body.sized(2))
            names.take(1)
            return names.sized(2).decode("ascii")
    raise NotTlsError("the ClientHello names no server")


class _Reader:
    def __init__(self, left: bytes) -> None:
        self.left = left

    def take(self, count: int) -> bytes:
        if count > len(self.left):
            raise NotTlsError("the ClientHello is cut off")
        taken, self.left = self.left[:count], self.left[count:]
        return taken

    def sized(self, width: int) -> bytes:
        return self.take(int.from_bytes(self.take(width)))
