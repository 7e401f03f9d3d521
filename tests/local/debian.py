"""Packages of Debian, unpacked into the cache without being installed."""

import subprocess
from pathlib import Path

from local.cache import cache_dir, key_of, locked
from local.errors import PlatformError


def ensure(*packages: str) -> Path:
    """Where they lie unpacked, with what they need that this machine does not have."""
    wanted = _wanted(packages)
    root = cache_dir() / "debian" / key_of(*(name.encode() for name in sorted(wanted)))
    complete = root / ".complete"
    with locked(root.with_suffix(".lock"), f"Waiting for another download of {' and '.join(packages)}..."):
        if not complete.exists():
            fetched = root / "packages"
            fetched.mkdir(parents=True, exist_ok=True)
            for name in wanted:
                run("apt-get", "download", name, cwd=fetched)
            for package in fetched.glob("*.deb"):
                run("dpkg-deb", "--extract", str(package), str(root))
                package.unlink()
            complete.touch()
    return root


def _wanted(packages: tuple[str, ...]) -> list[str]:
    """Each with its version."""
    plan = run("apt-get", "install", "--simulate", "--no-install-recommends", *packages)
    # Inst awscli (2.9.19-1 Debian:12.12/oldstable [all])
    found = [line.split() for line in plan.splitlines() if line.startswith("Inst ")]
    if not found:
        raise PlatformError(f"apt-get does not offer {' and '.join(packages)}: Debian's packages are needed.")
    return [f"{words[1]}={words[2].removeprefix('(')}" for words in found]


def run(*command: str, cwd: Path | None = None, environment: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise PlatformError(f"{command[0]} is not on this machine: Debian's packages are needed.") from None
    except subprocess.CalledProcessError as failure:
        raise PlatformError(f"{' '.join(command)} failed:\n{failure.stderr.strip()}") from None
    return done.stdout
