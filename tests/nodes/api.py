"""The API server as one identity sees it: JSON over one pool of connections."""

from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

Object = dict[str, Any]

STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"
_JSON = "application/json"
_SECONDS = 30


class ApiError(Exception):
    """The API server said no."""

    def __init__(self, answer: requests.Response) -> None:
        self.code = answer.status_code
        try:
            told = answer.json()
        except ValueError:
            told = {}
        self.reason = str(told.get("reason", ""))
        super().__init__(f"{self.code}: {told.get('message', answer.text)}")


class Api:
    def __init__(self, url: str, authority: Path, pair: tuple[Path, Path]) -> None:
        self.url = url.rstrip("/")
        self.http = requests.Session()
        # REQUESTS_CA_BUNDLE and proxies of the environment are for other servers.
        self.http.trust_env = False
        self.http.verify = str(authority)
        self.http.cert = (str(pair[0]), str(pair[1]))
        self.http.mount("https://", HTTPAdapter(pool_maxsize=8))

    def get(self, path: str, **params: str) -> Object:
        return self._send("GET", path, params=params)

    def find(self, path: str, **params: str) -> Object | None:
        """None where there is no such object."""
        try:
            return self.get(path, **params)
        except ApiError as error:
            if error.code == requests.codes.not_found:
                return None
            raise

    def post(self, path: str, body: Object) -> Object:
        return self._send("POST", path, body)

    def put(self, path: str, body: Object) -> Object:
        return self._send("PUT", path, body)

    def patch(self, path: str, body: Object, content: str = STRATEGIC) -> Object:
        return self._send("PATCH", path, body, content)

    def delete(self, path: str, body: Object) -> Object:
        return self._send("DELETE", path, body)

    def _send(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        content: str = _JSON,
        params: dict[str, str] | None = None,
    ) -> Object:
        headers = {"Accept": _JSON} | ({"Content-Type": content} if body is not None else {})
        answer = self.http.request(method, self.url + path, params=params, json=body, headers=headers, timeout=_SECONDS)
        if not answer.ok:
            raise ApiError(answer)
        answered: Object = answer.json()
        return answered


def pods(namespace: str, name: str = "", part: str = "") -> str:
    path = f"/api/v1/namespaces/{namespace}/pods"
    return path + (f"/{name}" if name else "") + (f"/{part}" if part else "")
