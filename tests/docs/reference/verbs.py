"""The command line, from its own help."""

import subprocess
from pathlib import Path

from docs.reference.text import page

VERBS = ("run", "plan", "evidence", "drill", "karpenter", "crds")


def render(binary: Path) -> str:
    lines = []
    for verb in VERBS:
        said = subprocess.run([binary, verb, "--help"], check=True, capture_output=True, text=True).stdout
        lines += [f"## cloister {verb}", "", "```text", *(line.rstrip() for line in said.splitlines()), "```", ""]
    return page("Command line", "operator/controller/src/commands", *lines)
