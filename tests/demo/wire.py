"""What passed between the client's browsers and the pods: TLS that only the pods can read."""

import socket
import ssl
from collections.abc import Collection
from pathlib import Path

from local import wire


def presented(port: int, host: str) -> str:
    """The certificate of who ends TLS for the host, whoever issued it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", port))
    with context.wrap_socket(plain, server_hostname=host) as tls:
        return ssl.DER_cert_to_PEM_cert(tls.getpeercert(binary_form=True) or b"")


def conversations(kept: Path, host: str, values: Collection[str]) -> int:
    """How many there were; what is no TLS for this host, or has one of the values in it, raises."""
    found = 0
    for asked in sorted(kept.glob("*.asked")):
        said = asked.read_bytes()
        if not said:  # a browser opens connections ahead of need
            continue
        assert wire.server_name(said) == host
        for side in (said, asked.with_suffix(".answered").read_bytes()):
            assert wire.records(side), "a side said nothing"
            assert not any(value.encode() in side for value in values)
        found += any(record.kind == wire.DATA for record in wire.records(said))
    return found
