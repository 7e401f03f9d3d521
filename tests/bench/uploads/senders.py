"""The three programs, each told to send a file or a tree into the same bucket."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.cpu import peak_mib
from bench.uploads.debian import Debian
from bench.uploads.server import BUCKET, Server
from local.errors import PlatformError
from upload.cli.command import BINARY, Command

# Short beside what is measured, and seldom enough to cost it nothing.
_LOOK = 0.02


@dataclass(frozen=True)
class Cost:
    """Of one process, from its start to its end."""

    seconds: float
    cpu: float
    memory_mib: float


@dataclass(frozen=True)
class Sender:
    name: str
    send: Callable[[Path], Cost]


def senders(debian: Debian, server: Server, command: Command) -> list[Sender]:
    upload = (str(BINARY), "upload")
    aws = [*debian.aws, "--endpoint-url", server.url, "s3", "cp", "--only-show-errors"]
    rclone = [*debian.rclone, "copy", "--config", "/dev/null"]
    home = command.home
    keys = {"AWS_ACCESS_KEY_ID": server.key, "AWS_SECRET_ACCESS_KEY": server.secret, "AWS_REGION": "us-east-1"}
    remote = {"RCLONE_CONFIG_S_TYPE": "s3", "RCLONE_CONFIG_S_PROVIDER": "Other", "RCLONE_CONFIG_S_ENV_AUTH": "true"}
    theirs = debian.environment() | keys | remote | {"HOME": str(home), "RCLONE_CONFIG_S_ENDPOINT": server.url}

    def by_aws(source: Path) -> Cost:
        tree = ["--recursive"] if source.is_dir() else []
        return measured([*aws, *tree, str(source), f"s3://{BUCKET}/aws/"], theirs)

    def by_rclone(*options: str) -> Callable[[Path], Cost]:
        return lambda source: measured([*rclone, *options, str(source), f"s:{BUCKET}/rclone"], theirs)

    return [
        Sender("cloister-upload", lambda source: measured([*upload, str(source)], command.environment)),
        Sender("aws-cli", by_aws),
        Sender("rclone", by_rclone()),
        # What its documentation offers to those who find it slow.
        Sender(
            "rclone, tuned",
            by_rclone(
                "--transfers=32", "--checkers=32", "--s3-upload-concurrency=8", "--s3-chunk-size=16M",
                "--s3-no-head", "--s3-no-check-bucket", "--s3-disable-checksum", "--no-traverse",
            ),
        ),
    ]  # fmt: skip


def measured(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    nowhere = subprocess.DEVNULL
    with tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        process = subprocess.Popen(list(command), env=dict(environment), stdin=nowhere, stdout=nowhere, stderr=errors)
        memory = 0.0
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            # What the kernel tells at the end has what this process held when it forked.
            memory = max(memory, _peak(process.pid))
            time.sleep(_LOOK)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode(errors="replace")
    if process.returncode != 0:
        raise PlatformError(f"{command[0]} ended with {process.returncode}:\n{said[-2000:]}")
    return Cost(seconds, used.ru_utime + used.ru_stime, memory)


def _peak(pid: int) -> float:
    try:
        return peak_mib(pid)
    except (OSError, ValueError):
        return 0.0  # it has just ended
