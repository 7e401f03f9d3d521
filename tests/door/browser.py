"""Somebody with a browser: cookies, redirects by hand, and the provider's pages."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from door.server import Door
from e2e.loopback import session as without_proxy

NAVIGATION = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
CODE = "123456"


@dataclass
class Browser:
    """As a browser does, it has its cookies of the door and of the provider side by side."""

    door: Door
    authority: Path
    http: requests.Session = field(default_factory=without_proxy)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> requests.Response:
        more.setdefault("timeout", 30)
        url = path if "://" in path else self.door.origin + path
        return self.http.request(
            method, url, headers=headers, allow_redirects=False, verify=str(self.authority), **more
        )

    def open(self, path: str) -> requests.Response:
        return self.ask("GET", path, NAVIGATION)

    def fetch(self, path: str) -> requests.Response:
        return self.ask("GET", path)

    def post(self, path: str, **more: Any) -> requests.Response:
        return self.ask("POST", path, OWN_PAGE, **more)

    def follow(self, answer: requests.Response, until: str = "") -> requests.Response:
        """Redirects, up to one that leads to `until`."""
        while answer.is_redirect:
            to = urljoin(answer.url, answer.headers["location"])
            if until and until in to:
                return answer
            answer = self.open(to)
        return answer

    def to_provider(self, path: str = "/") -> requests.Response:
        """The provider's page where a name is asked for."""
        return self.follow(self.open(path))

    def enter(self, user: str, page: requests.Response) -> requests.Response:
        """Name, password and code; answers the redirect that leads back to the door."""
        told = self.ask("POST", page.url, NAVIGATION, data={"login": user, "password": f"{user}-password"})
        if "one-time-code" in told.text:
            told = self.ask("POST", page.url, NAVIGATION, data={"code": CODE})
        return self.follow(told, until="/.cloister/callback")

    def sign_in(self, user: str, path: str = "/") -> requests.Response:
        """The last answer: the page that was asked for, or a refusal."""
        answer = self.follow(self.enter(user, self.to_provider(path)))
        assert answer.url.startswith(self.door.origin), "the door is content with it"
        return answer

    def cookie(self, name: str = "__Host-cloister") -> str | None:
        found = [
            c.value for c in self.http.cookies if c.name == name and c.domain == urlsplit(self.door.origin).hostname
        ]
        return found[0] if found else None

    def put_cookie(self, value: str, name: str = "__Host-cloister") -> None:
        self.http.cookies.set(name, value, domain=urlsplit(self.door.origin).hostname, path="/", secure=True)


def parameters(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def title(answer: requests.Response) -> str:
    found = re.search("<h1>([^<]*)</h1>", answer.text)
    return found[1] if found else ""
