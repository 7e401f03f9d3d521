"""Makes the binaries, unless they are given."""

import os
import subprocess

from e2e.operator import BINARY, REPOSITORY
from local.errors import PlatformError
from local.progress import Progress

_PACKAGES = ("cloister", "cloister-upload-api", "cloister-upload", "cloister-door")


def binaries() -> None:
    """Quick where nothing has changed: cargo knows."""
    if "CLOISTER_BINARY" in os.environ:
        return
    command = ["cargo", "build", "--quiet", "--locked", *(f"--package={name}" for name in _PACKAGES)]
    known = all(BINARY.with_name(name).exists() for name in _PACKAGES)
    label = "Operator, upload API, command and door" + ("" if known else " (minutes, once)")
    with Progress(label):
        try:
            done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
        except FileNotFoundError:
            raise PlatformError("Rust's cargo is needed to build the operator.") from None
        if done.returncode != 0:
            raise PlatformError(f"The binaries do not build:\n{done.stderr.strip()}")
