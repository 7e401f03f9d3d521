"""Debian's Chromium without a window, spoken to by its debugging protocol over a pipe.

https://chromedevtools.github.io/devtools-protocol/
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local import debian

PACKAGE = "chromium-headless-shell"
# Every text whose contrast to what lies behind it is less than WCAG's AA asks for.
# https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
PALE = """(() => {
  const channels = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const [r, g, b, a] = channels(getComputedStyle(at).backgroundColor);
      if (a === undefined || a > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const pale = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || !node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const [one, other] = [light(channels(style.color)), light(behind(node))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) pale.push(`${node.tagName}.${node.className} ${ratio.toFixed(2)} ${node.textContent}`);
  }
  return pale;
})()"""
# Where a browser that is debugged over a pipe has it. First out of the way, since either may be there already.
_AT_THREE_AND_FOUR = """
import fcntl, os, sys
reads, writes = (fcntl.fcntl(int(pipe), fcntl.F_DUPFD, 10) for pipe in sys.argv[1:3])
os.dup2(reads, 3)
os.dup2(writes, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


@dataclass
class Browser:
    """One page."""

    write: int
    read: int
    session: str = ""
    number: int = 0
    unread: bytes = b""
    events: list[Any] = field(default_factory=list)

    def call(self, method: str, **given: Any) -> Any:
        self.number += 1
        session = {"sessionId": self.session} if self.session else {}
        message = {"id": self.number, "method": method, "params": given} | session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self.number:
                assert "error" not in heard, f"{method}: {heard['error']}"
                return heard["result"]
            self.events.append(heard)

    def _hear(self) -> Any:
        while b"\0" not in self.unread:
            more = os.read(self.read, 1 << 16)
            assert more, "the browser has ended"
            self.unread += more
        text, _, self.unread = self.unread.partition(b"\0")
        return json.loads(text)

    def open(self, file: Path) -> None:
        """Loaded to the end."""
        self.call("Page.navigate", url=file.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self._hear())

    def value(self, expression: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def looks(self, width: int, height: int = 900, *, dark: bool = False, media: str = "screen") -> None:
        """From here on it is so wide, and its user prefers so."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def picture(self, file: Path) -> None:
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self) -> bytes:
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def told(self, *methods: str) -> list[Any]:
        return [event["params"] for event in self.events if event["method"] in methods]


@contextmanager
def browser() -> Iterator[Browser]:
    root = debian.ensure(PACKAGE)
    to_it, ours = os.pipe()
    theirs, from_it = os.pipe()
    with tempfile.TemporaryDirectory() as profile:
        program = root / "usr" / "lib" / "chromium" / PACKAGE
        options = ["--remote-debugging-pipe", f"--user-data-dir={profile}", "--no-sandbox", "--disable-gpu"]
        lib = root / "usr" / "lib" / "x86_64-linux-gnu"
        process = subprocess.Popen(
            [sys.executable, "-c", _AT_THREE_AND_FOUR, str(to_it), str(from_it), str(program), *options, "about:blank"],
            pass_fds=(to_it, from_it),
            env=os.environ | {"LD_LIBRARY_PATH": f"{lib}:{lib / 'pulseaudio'}", "HOME": profile},
            stderr=subprocess.DEVNULL,
        )
        os.close(to_it)
        os.close(from_it)
        try:
            found = Browser(ours, theirs)
            target = found.call("Target.createTarget", url="about:blank")["targetId"]
            found.session = found.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Network", "Runtime", "Log"):
                found.call(f"{domain}.enable")
            yield found
        finally:
            process.kill()
            process.wait()
            os.close(ours)
            os.close(theirs)
