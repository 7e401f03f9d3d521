"""An S3 server that is no bottleneck: s3s-fs, in memory."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from local.cache import cache_dir, locked
from local.errors import PlatformError
from local.ports import Ports
from local.process import Process, spawn
from local.progress import Progress
from local.waiting import wait_for

VERSION = "0.14.1"
BUCKET = "bench"
_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Server:
    url: str
    key: str
    secret: str
    process: Process
    root: Path

    def arrived(self) -> dict[str, int]:
        """Size by path under the bucket, as the server keeps it."""
        bucket = self.root / BUCKET
        files = [path for path in bucket.rglob("*") if path.is_file() and not path.name.startswith(".")]
        return {str(path.relative_to(bucket)): path.stat().st_size for path in files}

    def empty(self) -> None:
        for entry in self.root.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        (self.root / BUCKET).mkdir()


def ensure() -> Path:
    home = cache_dir() / f"s3s-fs-{VERSION}"
    program = home / "bin" / "s3s-fs"
    with locked(home.with_suffix(".lock"), "Waiting for another build of the S3 server..."):
        if not program.exists():
            command = ["cargo", "install", "--quiet", "--locked", "--root", str(home), "--version", VERSION]
            with Progress("s3s-fs, an S3 server (minutes, once per machine)"):
                done = subprocess.run([*command, "--features", "binary", "s3s-fs"], capture_output=True, text=True)
            if done.returncode != 0:
                raise PlatformError(f"s3s-fs could not be built:\n{done.stderr.strip()}")
    return program


@contextmanager
def running(directory: Path) -> Iterator[Server]:
    program = ensure()
    key, secret = "AKIDBENCHBENCHBENCH0", "of-this-bench-alone"
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else directory) as root:
        # Let go of before it starts: it does not share ports.
        with Ports() as ports:
            port = ports.take()
        command = [
            str(program),
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--access-key",
            key,
            "--secret-key",
            secret,
        ]
        process = spawn("s3", [*command, root], directory / "s3.log", environment={"RUST_LOG": "error"})
        try:
            server = Server(f"http://127.0.0.1:{port}", key, secret, process, Path(root))
            server.empty()
            wait_for("the S3 server", lambda: _answers(server.url), still_alive=lambda: _lives(process))
            yield server
        finally:
            process.stop()


def _lives(process: Process) -> None:
    if not process.alive():
        raise PlatformError("the S3 server died")


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).status_code > 0
    except requests.ConnectionError:
        return False
