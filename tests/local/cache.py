"""Things that are slow to make, kept between runs and shared between clones."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_dir() -> Path:
    chosen = os.environ.get("CLOISTER_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "cloister"


def key_of(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:12]


@contextmanager
def locked(path: Path, waiting: str) -> Iterator[None]:
    """Holds the lock file; the kernel lets go of it even if this process dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(waiting, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
