"""How what a document shows is compared with what comes.

Each line must come, in the order in which they are shown, whatever is between. `…` stands for anything, a number for
any number, spaces for any spaces.
"""

import re


def missing(shown: list[str], output: str) -> str | None:
    """The first line that does not come."""
    lines = iter([_plain(line) for line in output.splitlines()])
    for line in shown:
        pattern = _pattern(line)
        if not any(pattern.fullmatch(found) for found in lines):
            return line
    return None


def _plain(line: str) -> str:
    return " ".join(line.split())


def _pattern(line: str) -> re.Pattern[str]:
    parts = re.split(r"(…|\d+)", _plain(line))
    return re.compile("".join(".*" if p == "…" else r"\d+" if p.isdigit() else re.escape(p) for p in parts))
