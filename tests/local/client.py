"""The few HTTP questions that the platform asks its servers."""

import http.client
import json
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.errors import PlatformError


class Client:
    def __init__(self, url: str, context: ssl.SSLContext | None = None) -> None:
        self._address = urlsplit(url).netloc
        self._context = context

    @classmethod
    def with_certificate(cls, url: str, authority: Path, pair: tuple[Path, Path]) -> "Client":
        context = ssl.create_default_context(cafile=str(authority))
        context.load_cert_chain(*pair)
        return cls(url, context)

    def get(self, path: str) -> tuple[int, bytes]:
        return self._send("GET", path)

    def post(self, path: str, told: Any) -> None:
        status, said = self._send("POST", path, json.dumps(told).encode())
        if status != http.client.OK:
            raise PlatformError(f"POST {path}: {status} {said.decode(errors='replace')}")

    def _send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        connection: http.client.HTTPConnection
        if self._context is None:
            connection = http.client.HTTPConnection(self._address, timeout=5)
        else:
            connection = http.client.HTTPSConnection(self._address, timeout=5, context=self._context)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def answers(self, path: str) -> bool:
        """Whether it answers with a success; a refused connection is a no."""
        return self._status(path) == http.client.OK

    def responds(self, path: str) -> bool:
        """Whether it answers at all."""
        return self._status(path) is not None

    def _status(self, path: str) -> int | None:
        try:
            return self.get(path)[0]
        except (OSError, http.client.HTTPException):
            return None
