"""Makes the Python environment of the tests, then runs its arguments in it.

Needs the standard library only: `PYTHONPATH=tests python3 -m local.venv -m local up`.
Without arguments it prints where the environment is.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.cache import cache_dir, key_of, locked

TESTS = Path(__file__).resolve().parent.parent
# The demo writes the claims of the example pipeline, and shows them by the example application.
PATHS = (
    TESTS,
    TESTS.parent / "etl",
    TESTS.parent / "etl" / "examples",
    TESTS.parent / "examples" / "claims-dashboard",
)
REQUIREMENTS = TESTS / "requirements.txt"


def ensure() -> Path:
    home = cache_dir() / f"venv-{key_of(REQUIREMENTS.read_bytes())}"
    # Written last: without it an interrupted install would pass for a whole one.
    complete = home / ".complete"
    python = home / "bin" / "python"
    if complete.exists() and python.exists():
        return home
    lock = home.with_suffix(".lock")
    with locked(lock, "Waiting for another run that makes the Python environment..."):
        if complete.exists() and python.exists():
            return home
        print("Making the Python environment (about a minute, once)...", flush=True)
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*install, "--requirement", str(REQUIREMENTS)], check=True)
        complete.touch()
    return home


def main() -> None:
    # Not outdated: this is what tells the user of an older one.
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.")
    try:
        home = ensure()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"The Python environment could not be made: {failure}")
    if len(sys.argv) == 1:
        print(home)
        return
    python = str(home / "bin" / "python")
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": os.pathsep.join(map(str, PATHS))}
    os.execve(python, [python, *sys.argv[1:]], environment)


if __name__ == "__main__":
    main()
