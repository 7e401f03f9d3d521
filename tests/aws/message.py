"""HTTP as the emulator sees it: one request, one response, nothing of sockets."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote


@dataclass(slots=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]  # names in lower case; repeated headers joined by commas
    body: bytes
    secure: bool  # arrived at the endpoint that stands for TLS

    @property
    def raw_path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def path(self) -> str:
        return unquote(self.raw_path)

    @property
    def raw_query(self) -> str:
        return self.target.partition("?")[2]

    def query(self) -> dict[str, str]:
        raw = self.raw_query
        return dict(parse_qsl(raw, keep_blank_values=True)) if raw else {}


@dataclass(slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Hangup(Exception):
    """Close the connection without an answer."""
