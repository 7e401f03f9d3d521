"""Markdown as far as the documents use it: fenced blocks with the marks before them, headings, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SOURCE = REPOSITORY / "docs" / "src"
READMES = (REPOSITORY / "etl" / "README.md", REPOSITORY / "deploy" / "argocd" / "README.md")

_FENCE = re.compile(r"^ *(`{3,})(\S*)\s*$")  # in a list, too
_MARK = re.compile(r"^ *<!-- (\w+): (.+) -->$")
_HEADING = re.compile(r"^#{1,6} (.+)$")
_LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")


@dataclass(frozen=True)
class Block:
    file: Path
    line: int
    tag: str
    text: str
    marks: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.file.relative_to(REPOSITORY)}:{self.line}"

    @property
    def is_command(self) -> bool:
        return self.tag in ("sh", "console")


@dataclass(frozen=True)
class Page:
    file: Path

    @cached_property
    def lines(self) -> list[str]:
        return self.file.read_text().splitlines()

    @cached_property
    def blocks(self) -> list[Block]:
        return list(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        marks: dict[str, str] = {}
        begun: tuple[int, str, str] | None = None
        body: list[str] = []
        for number, line in enumerate(self.lines, 1):
            fence = _FENCE.match(line)
            if begun is None:
                if mark := _MARK.match(line):
                    marks[mark[1]] = mark[2]
                elif fence:
                    begun, body = (number, fence[1], fence[2]), []
                elif line.strip():
                    marks = {}
            elif fence and fence[1] == begun[1] and not fence[2]:
                yield Block(self.file, begun[0], begun[2], "\n".join(body), marks)
                marks, begun = {}, None
            else:
                body.append(line)
        assert begun is None, f"{self.file}:{begun} is not closed"

    @cached_property
    def prose(self) -> list[tuple[int, str]]:
        """Lines outside of fenced blocks."""
        inside = {n for b in self.blocks for n in range(b.line, b.line + b.text.count("\n") + 3)}
        return [(number, line) for number, line in enumerate(self.lines, 1) if number not in inside]

    @cached_property
    def anchors(self) -> set[str]:
        """As mdBook and GitHub make them of headings."""
        anchors: set[str] = set()
        for _, line in self.prose:
            if heading := _HEADING.match(line):
                name = anchor = _anchor(heading[1])
                again = 0
                while anchor in anchors:
                    again += 1
                    anchor = f"{name}-{again}"
                anchors.add(anchor)
        return anchors

    @cached_property
    def links(self) -> list[tuple[int, str]]:
        return [(n, link) for n, line in self.prose for link in _LINK.findall(_CODE.sub("", line))]


def _anchor(heading: str) -> str:
    shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")


def summary() -> list[Path]:
    """The pages of the site in their order."""
    links = [link for _, link in Page(SOURCE / "SUMMARY.md").links]
    return [SOURCE / link for link in links]


def documents() -> list[Path]:
    """All that people read: the site first, since its first page makes what all others work on."""
    return [*summary(), *sorted(REPOSITORY.glob("*.md")), *READMES]
