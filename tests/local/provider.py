"""The identity provider as a process: the npm package oidc-provider, told of by its port file."""

import functools
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests

from local.cache import cache_dir, key_of, locked
from local.errors import PlatformError
from local.processes import Processes
from local.waiting import wait_for

SOURCES = Path(__file__).resolve().parent.parent / "oidc"
_NAME = "oidc"
_LOCKED = ("package.json", "package-lock.json")


@functools.cache
def modules() -> Path:
    """Where the package and all that it needs lie, as the lock file names them."""
    home = cache_dir() / f"oidc-{key_of(*((SOURCES / name).read_bytes() for name in _LOCKED))}"
    if not home.exists():
        with locked(home.with_suffix(".lock"), "Waiting for another run that fetches the identity provider..."):
            if not home.exists():
                _install(home)
    return home / "node_modules"


def _install(home: Path) -> None:
    print("Fetching the identity provider (seconds, once)...", flush=True)
    # Beside the target, so that the rename stays within one file system.
    unfinished = Path(tempfile.mkdtemp(dir=home.parent, prefix="unfinished-"))
    try:
        for name in _LOCKED:
            shutil.copy(SOURCES / name, unfinished)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=unfinished, capture_output=True, text=True)
        if done.returncode != 0:
            raise PlatformError(f"npm ci failed:\n{done.stderr.strip()}")
        unfinished.rename(home)
    except FileNotFoundError:
        raise PlatformError("Node.js 20.19 or newer, with npm, is needed for the identity provider.") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


@dataclass
class Provider:
    directory: Path
    processes: Processes
    # How long access tokens last.
    seconds: int = 3600
    name: str = _NAME
    # Certificate, key and who vouches for them: it is then localhost, by TLS.
    tls: tuple[Path, Path, Path] | None = None

    @property
    def port_file(self) -> Path:
        return self.directory / f"{self.name}.json"

    @functools.cached_property
    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.port_file.read_text())
        return told

    @property
    def issuer(self) -> str:
        issuer: str = self._told["issuer"]
        return issuer

    @property
    def services(self) -> dict[str, str]:
        """Secrets of the clients that are no people, by client id."""
        services: dict[str, str] = self._told["services"]
        return services

    @property
    def apps(self) -> dict[str, str]:
        """Secrets of the applications that people sign in to, by client id."""
        apps: dict[str, str] = self._told["apps"]
        return apps

    def start(self) -> Self:
        self.port_file.unlink(missing_ok=True)
        command = ["node", str(SOURCES / "main.mjs"), str(modules()), str(self.port_file), str(self.seconds)]
        command += map(str, self.tls[:2]) if self.tls else []
        self.processes.start(self.name, command)
        wait_for(
            "the identity provider",
            self.port_file.exists,
            still_alive=lambda: self.processes.check(self.name),
        )
        return self

    def ask(self, act: str, **told: Any) -> dict[str, Any]:
        """One of the acts of `control.mjs`."""
        with requests.Session() as http:
            http.trust_env = False  # a proxy of the machine's has no business on loopback
            answer = http.post(
                self._told["control"] + act, json=told, timeout=10, verify=str(self.tls[2]) if self.tls else True
            )
        said: dict[str, Any] = answer.json()
        if not answer.ok:
            raise PlatformError(f"the identity provider refused to {act}: {said['error']}")
        return said

    def app(self, client: str, *origins: str) -> str:
        """An application that is reached there; answers its secret."""
        secret: str = self.ask("app", client=client, origins=origins)["secret"]
        return secret

    def approve(self, user_code: str, user: str) -> None:
        self.ask("approve", userCode=user_code, user=user)
