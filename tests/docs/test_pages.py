"""What can be said of the documents without running anything."""

import re
from pathlib import Path

import pytest
import yaml

from docs.markdown import REPOSITORY, SOURCE, Block, Page, documents, summary

TAGS = {"sh", "console", "yaml", "json", "text", "toml", "python", "go"}
# What a test cannot run: an AWS account, a real cluster with Helm, what CI runs elsewhere, a browser.
NEEDS = {"aws", "cluster", "time", "a person"}
MARKS = {"needs", "exit", "see", "at"}
_EXTERNAL = re.compile(r"https://[a-z0-9.-]+\.[a-z]+(/[^\s]*)?$")

PAGES = [Page(file) for file in documents()]
BLOCKS = [block for page in PAGES for block in page.blocks]


def _name(of: Page | Block) -> str:
    return str(of.file.relative_to(REPOSITORY)) if isinstance(of, Page) else str(of)


def test_every_page_is_in_the_summary() -> None:
    assert sorted(summary()) == sorted(set(SOURCE.rglob("*.md")) - {SOURCE / "SUMMARY.md"})


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Page) -> None:
    for line, link in page.links:
        where = f"{_name(page)}:{line}: {link}"
        if "://" in link:
            assert _EXTERNAL.match(link), f"{where} is no address over https"
            continue
        path, _, anchor = link.partition("#")
        file = (page.file.parent / path).resolve() if path else page.file
        assert file.exists(), f"{where}: there is no such file"
        inside = page.file.is_relative_to(SOURCE)
        assert not inside or file.is_relative_to(SOURCE), f"{where} leads out of the site"
        assert not anchor or anchor in Page(file).anchors, f"{where}: there is no such heading"


def test_every_block_says_what_it_is() -> None:
    assert {str(block): block.tag for block in BLOCKS if block.tag not in TAGS} == {}


def test_marks_are_known() -> None:
    marks = {(name, str(block)) for block in BLOCKS for name in block.marks}
    assert {where for name, where in marks if name not in MARKS} == set()
    needs = {str(block): need for block in BLOCKS if (need := block.marks.get("needs"))}
    assert {where: need for where, need in needs.items() if need not in NEEDS} == {}


def test_commands_are_not_hidden_in_other_blocks() -> None:
    others = [block for block in BLOCKS if not block.is_command]
    assert [str(block) for block in others if re.search(r"^\$ ", block.text, re.MULTILINE)] == []
    consoles = [block for block in BLOCKS if block.tag == "console"]
    assert [str(block) for block in consoles if not block.text.startswith("$ ")] == []


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.marks.get("see")], ids=_name)
def test_what_is_run_elsewhere_is_run_there(block: Block) -> None:
    there = REPOSITORY / block.marks["see"]
    run = {command for b in Page(there).blocks if b.is_command and "needs" not in b.marks for command in commands(b)}
    assert commands(block) - run == set(), f"{there.name} does not run all of this"


def commands(block: Block) -> set[str]:
    lines = block.text.splitlines()
    if block.tag == "console":
        lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return {bare for line in lines if (bare := re.sub(r"(^|\s+)#.*", "", line).strip())}


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.tag == "yaml"], ids=_name)
def test_yaml_is_yaml(block: Block) -> None:
    assert list(yaml.safe_load_all(block.text))


def test_every_command_is_run_or_says_why_not() -> None:
    """So that a document which grows old is found: what is run is what `test_commands` collects."""
    unmarked = [block for block in BLOCKS if block.is_command and not {"needs", "see"} & set(block.marks)]
    outside = [str(block) for block in unmarked if not block.file.is_relative_to(SOURCE)]
    assert outside == [], "run it on a page of docs/src, and say `see` here"
    assert len(unmarked) > 20


def test_the_licence_is_whole() -> None:
    text = Path(REPOSITORY / "LICENSE").read_text()
    assert "Apache License" in text and "END OF TERMS AND CONDITIONS" in text
