"""CBOR as Smithy's RPC protocol uses it, which SDKs speak to CloudWatch.

https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
https://www.rfc-editor.org/rfc/rfc8949
"""

import struct
from typing import Any

from aws.message import Request

HEADERS = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
_BREAK = object()
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_PLAIN = {20: False, 21: True, 22: None, 23: None}


def spoken(request: Request) -> bool:
    """Each SDK chooses among the protocols that a service has: Rust's this one, boto3's JSON."""
    return request.headers.get("smithy-protocol") == HEADERS["smithy-protocol"]


def encode(value: Any) -> bytes:
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case list():
            return _head(4, len(value)) + b"".join(map(encode, value))
        case dict():
            return _head(5, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())
    raise TypeError(f"no CBOR of a {type(value).__name__}")


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    for code, form in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if argument < 1 << 8 * struct.calcsize(form):
            return bytes([major << 5 | code]) + struct.pack(form, argument)
    raise ValueError("too large")


def decode(body: bytes) -> Any:
    value, rest = _item(body)
    if rest or value is _BREAK:
        raise ValueError("more than one item, or none")
    return value


def _item(data: bytes) -> tuple[Any, bytes]:
    if not data:
        raise ValueError("it ends early")
    major, low, rest = data[0] >> 5, data[0] & 31, data[1:]
    if major == 7:
        return _simple(low, rest)
    if low == 31:
        return _indefinite(major, rest)
    argument, rest = _argument(low, rest)
    match major:
        case 0:
            return argument, rest
        case 1:
            return -1 - argument, rest
        case 2:
            return rest[:argument], rest[argument:]
        case 3:
            return rest[:argument].decode(), rest[argument:]
        case 4:
            return _many(argument, rest)
        case 5:
            flat, rest = _many(2 * argument, rest)
            return dict(zip(flat[::2], flat[1::2], strict=True)), rest
    return _item(rest)  # what a tag says is of no use here


def _simple(low: int, rest: bytes) -> tuple[Any, bytes]:
    if low == 31:
        return _BREAK, rest
    if low in _PLAIN:
        return _PLAIN[low], rest
    size = struct.calcsize(_FLOATS[low])
    return struct.unpack(_FLOATS[low], rest[:size])[0], rest[size:]


def _argument(low: int, rest: bytes) -> tuple[int, bytes]:
    if low < 24:
        return low, rest
    size = 1 << low - 24
    return int.from_bytes(rest[:size]), rest[size:]


def _many(count: int, rest: bytes) -> tuple[list[Any], bytes]:
    found = []
    for _ in range(count):
        value, rest = _item(rest)
        found.append(value)
    return found, rest


def _indefinite(major: int, rest: bytes) -> tuple[Any, bytes]:
    found = []
    while True:
        value, rest = _item(rest)
        if value is _BREAK:
            break
        found.append(value)
    match major:
        case 2:
            return b"".join(found), rest
        case 3:
            return "".join(found), rest
        case 4:
            return found, rest
    return dict(zip(found[::2], found[1::2], strict=True)), rest
