"""Every command of the site, in the order of its pages, on one platform that the first page starts.

A page may rest on what an earlier one has made; blocks with `at: end` come last. Marks are told in CONTRIBUTING.md.
Whole manifests, wherever they stand, are shown to the API server.
"""

import re
from collections.abc import Iterator

import pytest
import yaml

from docs.expected import missing
from docs.markdown import REPOSITORY, SOURCE, Block, Page, documents, summary
from docs.shell import Shell

OURS = "apiVersion: cloister.dev/"
METRIC = re.compile(r"^# TYPE (\w+) (\w+)$", re.MULTILINE)


def _run() -> list[Block]:
    blocks = [block for file in summary() for block in Page(file).blocks if block.is_command]
    runs = [block for block in blocks if not {"needs", "see"} & set(block.marks)]
    runs += [b for file in documents() for b in Page(file).blocks if b.tag == "yaml" and OURS in b.text]
    return sorted(runs, key=lambda block: block.marks.get("at") == "end")


@pytest.mark.parametrize("block", _run(), ids=str)
def test_it_does_what_it_says(shell: Shell, block: Block) -> None:
    if not shell.lives:
        pytest.skip("an earlier command failed, so its reader would have stopped there")
    if block.marks.get("at") == "end":
        _metrics_are_on_their_page(shell)
    allowed = [int(code) for code in block.marks.get("exit", "0").split(" or ")]
    for script, shown in _commands(block):
        said = shell.run(script, strict=block.tag == "sh" and allowed == [0])
        assert said.code in allowed, f"{script}\nended with {said.code}:\n{said.output}"
        line = missing(shown, said.output)
        assert line is None, f"{script}\ndid not say: {line}\nbut:\n{said.output}"


def _commands(block: Block) -> Iterator[tuple[str, list[str]]]:
    if block.tag == "yaml":
        yield _offered(block), []
        return
    if block.tag == "sh":
        yield block.text, []
        return
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command, shown


def _offered(block: Block) -> str:
    """Under another name: what stands may not be what the document shows."""
    manifests = [one | {"metadata": {"name": "shown"}} for one in yaml.safe_load_all(block.text)]
    return f"kubectl create --dry-run=server -f - <<'EOF'\n{yaml.safe_dump_all(manifests)}EOF"


def _metrics_are_on_their_page(shell: Shell) -> None:
    said = shell.run("curl -sf http://127.0.0.1:9080/metrics", strict=True).output
    served = {f"{name}{'_total' if kind == 'counter' else ''}" for name, kind in METRIC.findall(said)}
    page = (SOURCE / "reference" / "metrics.md").read_text()
    told = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert served, f"no metric is served at {REPOSITORY}"
    assert served - told == set(), "docs/src/reference/metrics.md does not tell them: make generate"
