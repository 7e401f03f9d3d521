"""The demo is a promise of the README: it works, and it does not claim what is not so."""

import os
import re
import subprocess
import sys
from pathlib import Path

from e2e.operator import BINARY
from local.processes import Processes


def _demo(directory: Path, binary: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "demo", f"--directory={directory}"]
    environment = os.environ | {"CLOISTER_BINARY": str(binary)}
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def _left_running(directory: Path) -> list[str]:
    processes = Processes(directory)
    processes.recall()
    return processes.alive()


def test_everything_that_the_demo_breaks_is_repaired(tmp_path: Path) -> None:
    done = _demo(tmp_path, BINARY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "28 of 28 found and repaired" in done.stdout
    assert "✗" not in done.stdout
    assert "tables.medical_claims.columns.memo: Reported" in done.stdout
    assert "that a proposed rule asks for: Matched" in done.stdout
    assert "no record" not in done.stdout
    assert re.search("2 pods, the door in each, on [12] of the tenant's own nodes, 0 elsewhere", done.stdout)
    assert re.search(r"[1-9]\d* connections, TLS alone, ended by the pod's own cert", done.stdout)
    assert re.search(r"the browsers' [1-9]\d* requests, all in the audit account's bucket, and 0 others", done.stdout)
    assert "✓ 0 of 1090 names and numbers of claims are in what all of this wrote down" in done.stdout
    places = re.findall(r"^ +[1-9]\d* (files|pages|objects|groups|launch templates)\b", done.stdout, re.M)
    assert len(places) == 5
    assert "https://claims.localhost:" in done.stdout
    assert _left_running(tmp_path) == []


def test_a_demo_whose_operator_dies_fails_and_leaves_nothing_running(tmp_path: Path) -> None:
    done = _demo(tmp_path, Path("/bin/false"))
    assert done.returncode == 1
    assert "cloister died" in done.stderr
    assert "The logs are in" in done.stderr
    assert _left_running(tmp_path) == []
