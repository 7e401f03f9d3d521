"""Builds programs of a Go module once for each version of it, kept between runs."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.cache import cache_dir, key_of, locked
from local.errors import PlatformError
from local.progress import Progress


@dataclass(frozen=True)
class GoBuild:
    # The folder in the cache.
    name: str
    title: str
    module: Path
    # Package by program.
    packages: Mapping[str, str]
    # Of the linker, beside those that leave out what debuggers need.
    stamps: tuple[str, ...] = ()

    def ensure(self) -> Path:
        """The folder of all programs; the first call on a machine takes minutes."""
        home = cache_dir() / self.name
        programs = home / self._key()
        if not self.is_whole(programs):
            with locked(home / "build.lock", "Waiting for another build to end..."):
                if not self.is_whole(programs):
                    self._build(programs)
        return programs

    def is_whole(self, folder: Path) -> bool:
        return all(os.access(folder / name, os.X_OK) for name in self.packages)

    def _key(self) -> str:
        flags = " ".join([*self.packages.values(), *self._flags()])
        ours = sorted(self.module.rglob("*.go"))
        files = [file.read_bytes() for file in (self.module / "go.mod", self.module / "go.sum", *ours)]
        return key_of(*files, flags.encode(), self._go("version").encode())

    def _build(self, target: Path) -> None:
        print(f"Building {self.title} (minutes, once per machine):")
        # Beside the target, so that the rename stays within one file system.
        unfinished = Path(tempfile.mkdtemp(dir=target.parent, prefix="unfinished-"))
        try:
            for name, package in self.packages.items():
                with Progress(name):
                    self._go("build", *self._flags(), "-o", str(unfinished / name), package)
            unfinished.chmod(0o755)
            shutil.rmtree(target, ignore_errors=True)
            unfinished.rename(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _flags(self) -> list[str]:
        linker = " ".join(["-s", "-w", *(f"-X {stamp}" for stamp in self.stamps)])
        return ["-trimpath", "-buildvcs=false", "-mod=readonly", f"-ldflags={linker}"]

    def _go(self, *arguments: str) -> str:
        environment = os.environ | {"CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": ""}
        try:
            done = subprocess.run(["go", *arguments], cwd=self.module, env=environment, capture_output=True, text=True)
        except FileNotFoundError:
            raise PlatformError(f"Go is needed to build {self.title}.") from None
        if done.returncode != 0:
            raise PlatformError(f"go {arguments[0]} failed:\n{done.stderr.strip()}")
        return done.stdout.strip()
