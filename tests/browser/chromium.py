"""Debian's Chromium, driven by Playwright: what it asked for, what it complained of, and pictures of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Response, Route, sync_playwright

from evidence.browser import PACKAGE
from local import debian

SCREENSHOTS = Path(__file__).resolve().parents[2] / ".local" / "screenshots"
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def chromium(host: str) -> Iterator[Browser]:
    """In which the host's name leads to this machine."""
    root = debian.ensure(PACKAGE)
    lib = root / "usr" / "lib" / "x86_64-linux-gnu"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=root / "usr" / "lib" / "chromium" / PACKAGE,
            args=[*_FLAGS, f"--host-resolver-rules=MAP {host} 127.0.0.1"],
            env={**os.environ, "LD_LIBRARY_PATH": f"{lib}:{lib / 'pulseaudio'}"},
        )
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody's browser, with cookies of its own."""

    browser: Browser
    # Origins that may be asked; the rest is refused, and remembered.
    known: tuple[str, ...]
    wide: int = 1280
    dark: bool = False
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)
    answers: list[Response] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(
            ignore_https_errors=True,
            viewport={"width": self.wide, "height": 900 if self.wide > 600 else 740},
            color_scheme="dark" if self.dark else "light",
        )
        self.context.set_default_timeout(20_000)
        # Which also keeps it from answering out of its cache, so that each request is one of the door's.
        self.context.route("**/*", self._allow)
        self.context.on("response", lambda answer: self.answers.append(answer))
        self.page = self.context.new_page()
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _allow(self, route: Route) -> None:
        if route.request.url.startswith((*(f"{origin}/" for origin in self.known), "data:", "about:")):
            route.continue_()
        else:
            self.strange.append(route.request.url)
            route.abort()

    def asked(self, *origins: str) -> list[tuple[str, str, int]]:
        """Method, path and status of what these answered."""
        here = [each for each in self.answers if each.url.startswith(tuple(f"{origin}/" for origin in origins))]
        return [(each.request.method, urlsplit(each.url).path, each.status) for each in here]

    def sign_in(self, origin: str, user: str, path: str = "/") -> None:
        self.page.goto(origin + path)
        self.page.get_by_label("User name").fill(user)
        self.page.get_by_label("Password").fill(f"{user}-password")
        self.page.get_by_role("button", name="Continue").click()

    def second_factor(self) -> None:
        self.page.get_by_label("Code").fill("123456")
        self.page.get_by_role("button", name="Continue").click()

    def picture(self, name: str, *, whole: bool = True) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)
