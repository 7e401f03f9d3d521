"""Makes the operator's binary, unless one is given."""

import os
import subprocess

from e2e.operator import BINARY, REPOSITORY
from local.errors import PlatformError
from local.progress import Progress


def operator() -> None:
    """Quick where nothing has changed: cargo knows."""
    if "CLOISTER_BINARY" in os.environ:
        return
    command = ["cargo", "build", "--quiet", "--locked", "--package", "cloister"]
    label = "Operator" if BINARY.exists() else "Operator (minutes, once)"
    with Progress(label):
        try:
            done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
        except FileNotFoundError:
            raise PlatformError("Rust's cargo is needed to build the operator.") from None
        if done.returncode != 0:
            raise PlatformError(f"The operator does not build:\n{done.stderr.strip()}")
