"""The Rust tests of operator/aws/tests/emulator: which there are, and what each came to."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).resolve().parent.parent.parent
_SOURCES = REPOSITORY / "operator" / "aws" / "tests" / "emulator"
# The whole workspace, since its crates share features and so are not built anew for one of them.
_CARGO = ("cargo", "test", "--locked", "--workspace", "--test", "emulator")
_TEST = re.compile(r"^#\[(?:tokio::)?test(?:\(.*\))?\]\n(?:#\[.*\]\n)*(?:async )?fn (\w+)\(", re.MULTILINE)
_RESULT = re.compile(r"^test (\S+)(?: - should panic)? \.\.\. (\w+)", re.MULTILINE)
_PATIENCE = 500.0


def declared() -> list[str]:
    """By the sources, so that collecting them takes no build."""
    return sorted(
        "::".join([*_module(file), name]) for file in _SOURCES.rglob("*.rs") for name in _TEST.findall(file.read_text())
    )


def _module(file: Path) -> list[str]:
    parts = list(file.relative_to(_SOURCES).with_suffix("").parts)
    return parts[:-1] if parts[-1] in ("main", "mod") else parts


@dataclass(frozen=True)
class Outcome:
    """By test, what libtest says of it: ok, FAILED or ignored."""

    results: dict[str, str]
    output: str

    @classmethod
    def of(cls, output: str) -> Self:
        return cls(dict(_RESULT.findall(output)), output)

    def said(self, test: str) -> str:
        """Its own output, if there is any, or all."""
        _, _, own = self.output.partition(f"---- {test} stdout ----")
        return own.partition("\n---- ")[0] if own else self.output[-4000:]


def build() -> None:
    done = subprocess.run([*_CARGO, "--no-run"], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]


def run(environment: Mapping[str, str]) -> Outcome:
    """One after the other: some set how long all clusters take."""
    command = [*_CARGO, "--", "--test-threads=1"]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=os.environ | environment, capture_output=True, text=True, timeout=_PATIENCE
    )
    return Outcome.of(done.stdout + done.stderr)
