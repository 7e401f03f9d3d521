"""`python -m docs.reference BINARY`: writes docs/src/reference anew."""

import json
import subprocess
import sys
from pathlib import Path

import yaml

from docs.reference import kinds, metrics, safeguards, verbs

REPOSITORY = Path(__file__).resolve().parent.parent.parent.parent
PAGES = REPOSITORY / "docs" / "src" / "reference"


def written(binary: Path) -> dict[str, str]:
    definitions = list(yaml.safe_load_all(_said(binary, "crds")))
    return {f"{kind.lower()}.md": text for kind, text in kinds.pages(definitions).items()} | {
        "safeguards.md": safeguards.render(json.loads(_said(binary, "evidence", "--list"))),
        "metrics.md": metrics.render(REPOSITORY / "operator" / "controller" / "src", REPOSITORY / "door" / "src"),
        "commands.md": verbs.render(binary),
    }


def _said(binary: Path, *arguments: str) -> str:
    return subprocess.run([binary, *arguments], check=True, capture_output=True, text=True).stdout


def main() -> None:
    pages = written(Path(sys.argv[1]).absolute())
    PAGES.mkdir(parents=True, exist_ok=True)
    for old in PAGES.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        (PAGES / name).write_text(text)


if __name__ == "__main__":
    main()
