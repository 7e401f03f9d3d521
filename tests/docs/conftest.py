"""A clone, as a reader has one, with the programs in it built already."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.markdown import REPOSITORY
from docs.shell import Shell
from e2e.operator import BINARY

# The documents name them: of the operator's metrics, and of the upload API.
PORTS = (9080, 9443)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = Path(tmp_path_factory.mktemp("clone")) / "cloister"
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listing, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, files):
        if (REPOSITORY / name).exists():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, directory / name)
    programs = directory / "target" / "debug"
    programs.mkdir(parents=True)
    for name in ("cloister", "cloister-upload", "cloister-upload-api", "cloister-door"):
        (programs / name).symlink_to(BINARY.with_name(name))
    return directory


@pytest.fixture(scope="module")
def shell(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    for port in PORTS:
        with socket.socket() as probe:
            taken = probe.connect_ex(("127.0.0.1", port)) == 0
        assert not taken, f"port {port} of the documents is taken: stop what listens there"
    shell = Shell(clone, Path(tmp_path_factory.mktemp("shell")))
    try:
        yield shell
    finally:
        shell.stop()
        subprocess.run(["make", "down"], cwd=clone, check=False, capture_output=True)
