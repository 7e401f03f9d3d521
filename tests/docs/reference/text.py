"""Markdown: what stands in tables and lists."""

from collections.abc import Iterable, Sequence

NOTE = "<!-- Written by `make generate` from {source}: change it there. -->"


def cell(text: str) -> str:
    """On one line, and no end of a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    return f"`{cell(text)}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [_row(head), _row(["---"] * len(head)), *map(_row, rows), ""]


def page(title: str, source: str, *lines: str) -> str:
    return "\n".join([f"# {title}", "", NOTE.format(source=source), "", *lines]).rstrip("\n") + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
