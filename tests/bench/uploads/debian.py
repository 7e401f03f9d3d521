"""aws-cli and rclone as Debian ships them, unpacked into the cache without being installed."""

import os
from dataclasses import dataclass
from pathlib import Path

from local import debian

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
        said = [debian.run(*self.aws, "--version", environment=self.environment()), debian.run(*self.rclone, "version")]
        return [text.splitlines()[0] for text in said]


def ensure() -> Debian:
    return Debian(debian.ensure("awscli", "rclone"))
