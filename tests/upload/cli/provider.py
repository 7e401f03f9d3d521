"""An identity provider as small as it can be: device codes, refresh tokens that hold once, client credentials."""

import base64
import secrets
import time
from http.server import BaseHTTPRequestHandler
from typing import Any


class Refused(Exception):
    def __init__(self, status: int, title: str, *errors: dict[str, str], retry_after: int | None = None) -> None:
        super().__init__(title)
        self.status, self.title, self.errors, self.retry_after = status, title, list(errors), retry_after


class Provider:
    url: str

    def __init__(self) -> None:
        self.tokens: dict[str, float] = {}  # access token: when it ends
        self.refresh: set[str] = set()
        self.spent: set[str] = set()
        self.polls = 2  # after so many, somebody has entered the code
        self.token_seconds = 3600.0

    def provider(self, path: str, form: dict[str, str], request: BaseHTTPRequestHandler) -> Any:
        here = f"{self.url}/idp"
        if path.endswith("/openid-configuration"):
            known = {"issuer": here, "token_endpoint": f"{here}/token", "revocation_endpoint": f"{here}/revoke"}
            return known | {"device_authorization_endpoint": f"{here}/device"}
        if path == "/idp/device":
            device = {"device_code": "d", "user_code": "ABCD-EFGH", "verification_uri": f"{here}/enter"}
            return device | {"expires_in": 60, "interval": 0}
        if path == "/idp/revoke":
            self.refresh.discard(form["token"])
            return None
        if path != "/idp/token":
            raise Refused(404, "Not found")
        return self.grant(form, request.headers.get("authorization") or "")

    def grant(self, form: dict[str, str], authorization: str) -> Any:
        kind = form["grant_type"]
        assert "resource" not in form, "nobody asked for it"
        if kind == "client_credentials":
            if authorization != "Basic " + base64.b64encode(b"robot:s3cret").decode():
                raise Refused(401, "invalid_client")
        elif kind == "refresh_token":
            given = form["refresh_token"]
            if given in self.spent:
                self.refresh.clear()  # used twice: somebody has stolen it
            if given not in self.refresh:
                raise Refused(400, "invalid_grant")
            self.refresh.discard(given)
            self.spent.add(given)
        else:
            self.polls -= 1
            if self.polls > 0:
                raise Refused(400, "authorization_pending")
        token = secrets.token_urlsafe()
        self.tokens[token] = time.time() + self.token_seconds
        granted = {"access_token": token, "token_type": "Bearer", "expires_in": int(self.token_seconds)}
        if kind != "client_credentials":
            granted["refresh_token"] = secrets.token_urlsafe()
            self.refresh.add(str(granted["refresh_token"]))
        return granted
