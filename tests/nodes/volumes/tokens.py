"""Tokens of service accounts for pods, asked for by the node and kept until most of their life is over."""

import time
from dataclasses import dataclass

from nodes.api import Api, Object
from nodes.times import read

# kubelet asks anew after this share of a token's life, and after a day at most.
_SHARE = 0.8
_DAY = 24 * 3600.0


@dataclass(frozen=True)
class _Token:
    text: str
    fresh_until: float


class Tokens:
    """Of one pod."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._held: dict[tuple[str, int], _Token] = {}

    def get(self, pod: Object, audience: str, seconds: int) -> str:
        held = self._held.get((audience, seconds))
        if held is None or time.time() >= held.fresh_until:
            held = self._held[audience, seconds] = self._request(pod, audience, seconds)
        return held.text

    def fresh_until(self) -> float:
        """When the first of them should be asked for anew."""
        return min((token.fresh_until for token in self._held.values()), default=float("inf"))

    def _request(self, pod: Object, audience: str, seconds: int) -> _Token:
        meta = pod["metadata"]
        account = pod["spec"].get("serviceAccountName") or "default"
        asked = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {
                "audiences": [audience] if audience else [],
                "expirationSeconds": seconds,
                "boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"]},
            },
        }
        path = f"/api/v1/namespaces/{meta['namespace']}/serviceaccounts/{account}/token"
        status = self._api.post(path, asked)["status"]
        life = read(status["expirationTimestamp"]) - time.time()
        return _Token(status["token"], time.time() + min(life * _SHARE, _DAY))
