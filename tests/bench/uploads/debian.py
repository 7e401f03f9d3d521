"""aws-cli and rclone as Debian ships them, unpacked into the cache without being installed."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local.cache import cache_dir, key_of, locked
from local.errors import PlatformError

_PACKAGES = ("awscli", "rclone")
# The packages' modules are those of Debian's own Python.
_PYTHON = "/usr/bin/python3"


@dataclass(frozen=True)
class Debian:
    root: Path

    @property
    def aws(self) -> list[str]:
        return [_PYTHON, str(self.root / "usr" / "bin" / "aws")]

    @property
    def rclone(self) -> list[str]:
        return [str(self.root / "usr" / "bin" / "rclone")]

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.root / "usr" / "lib" / "python3" / "dist-packages"), "PATH": os.environ["PATH"]}

    def versions(self) -> list[str]:
        said = [_run(*self.aws, "--version", environment=self.environment()), _run(*self.rclone, "version")]
        return [text.splitlines()[0] for text in said]


def ensure() -> Debian:
    wanted = _wanted()
    root = cache_dir() / "debian" / key_of(*(name.encode() for name in sorted(wanted)))
    complete = root / ".complete"
    with locked(root.with_suffix(".lock"), "Waiting for another download of aws-cli and rclone..."):
        if not complete.exists():
            packages = root / "packages"
            packages.mkdir(parents=True, exist_ok=True)
            for name in wanted:
                _run("apt-get", "download", name, cwd=packages)
            for package in packages.glob("*.deb"):
                _run("dpkg-deb", "--extract", str(package), str(root))
            complete.touch()
    return Debian(root)


def _wanted() -> list[str]:
    """Each with its version: they and what they need that this machine does not have."""
    plan = _run("apt-get", "install", "--simulate", "--no-install-recommends", *_PACKAGES)
    # Inst awscli (2.9.19-1 Debian:12.12/oldstable [all])
    found = [line.split() for line in plan.splitlines() if line.startswith("Inst ")]
    if not found:
        raise PlatformError("apt-get offers neither awscli nor rclone: the comparison needs Debian's packages.")
    return [f"{words[1]}={words[2].removeprefix('(')}" for words in found]


def _run(*command: str, cwd: Path | None = None, environment: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise PlatformError(f"{command[0]} is not on this machine: the comparison needs Debian's packages.") from None
    except subprocess.CalledProcessError as failure:
        raise PlatformError(f"{' '.join(command)} failed:\n{failure.stderr.strip()}") from None
    return done.stdout
