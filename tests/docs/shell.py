"""One bash for all commands of the documents, as a reader has one: what is sourced, exported and started stays."""

import os
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Said:
    code: int
    output: str


class Shell:
    def __init__(self, directory: Path, home: Path) -> None:
        # A shell of a reader knows nothing of what the tests were told.
        told = ("AWS_", "KUBE", "CLOISTER_", "MAKE", "MFLAGS", "PYTHONPATH", "CARGO_")
        kept = {n: v for n, v in os.environ.items() if not n.startswith(told) or n == "CLOISTER_CACHE"}
        kept |= {"PATH": f"{directory / 'target' / 'debug'}{os.pathsep}{kept['PATH']}", "NO_COLOR": "1"}
        # Where cloister-upload keeps logins and receipts: not where the user of this machine has theirs.
        kept |= {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "STATE")}
        self._home = home
        self._count = 0
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=directory,
            env=kept,
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def lives(self) -> bool:
        return self._bash.poll() is None

    def run(self, script: str, *, strict: bool, timeout: float = 300.0) -> Said:
        """`strict`: the first line that fails ends it, and with it the shell."""
        self._count += 1
        output, code = (self._home / f"{self._count}.{ending}" for ending in ("out", "code"))
        done = f"echo $? >{code}.new; mv {code}.new {code}"
        end = f"set +e; trap - EXIT; (exit 0); {done}" if strict else done
        assert self._bash.stdin is not None
        self._bash.stdin.write(
            f"{f'trap {shlex.quote(done)} EXIT; set -e' if strict else ''}\n"
            f"eval {shlex.quote(script)} </dev/null >{output} 2>&1\n{end}\n"
        )
        self._bash.stdin.flush()
        until = time.monotonic() + timeout
        while not code.exists():
            assert time.monotonic() < until, f"not done after {timeout:.0f} s:\n{script}\n{output.read_text()}"
            time.sleep(0.05)
        return Said(int(code.read_text()), output.read_text(errors="replace"))

    def stop(self) -> None:
        """With all that was started in the background."""
        try:
            os.killpg(self._bash.pid, signal.SIGTERM)
        except ProcessLookupError:
            return
        self._bash.wait(timeout=20)
