"""What `/metrics` serves, from where it is registered. A test holds the page against a running operator."""

import re
from pathlib import Path

from docs.reference.text import cell, code, page, table

_REGISTERED = re.compile(r'registry\.register\(\s*"(\w+)",\s*"((?:[^"\\]|\\.)*)",\s*(?:metrics|self)\.(\w+)', re.DOTALL)
# A family of histograms is spelt in two ways, and one stands alone.
_FIELD = r"\b{field}: (?:Family<(?P<labels>\w+), )?(?P<type>Counter|Gauge|Histogram)"
_HISTOGRAMS = r"\b{field}: Histograms(?:<(?P<labels>\w+)>)?"
_LABELS = re.compile(r"struct (\w+) \{([^}]*)\}")


def render(operator: Path, door: Path) -> str:
    lines = [
        "Served at `/metrics` of `--listen` in the OpenMetrics format.",
        "Labels hold names of objects and AWS's words, never data.",
        "",
        *_table(operator, "cloister"),
        "## The door",
        "",
        "Served by each pod of an application at port 9090. No label holds a person's name or a path.",
        "",
        *_table(door, "cloister_door"),
    ]
    return page("Metrics", "operator/controller/src and door/src", *lines)


def _table(sources: Path, prefix: str) -> list[str]:
    rows = sorted(row for file in sorted(sources.rglob("metrics.rs")) for row in _of(file, prefix))
    assert rows, f"no metric is registered under {sources}"
    return table(("Metric", "Type", "Labels", "What it counts"), rows)


def _of(file: Path, prefix: str) -> list[tuple[str, str, str, str]]:
    text = file.read_text()
    labels = {name: re.findall(r"(\w+):", body) for name, body in _LABELS.findall(text)}
    # `type Histograms = Family<PipelineLabel, ...>` of a file that has one kind of label.
    alias = re.search(r"type Histograms = Family<(\w+)", text)
    rows = []
    for name, help_, field in _REGISTERED.findall(text):
        type_, label = _type(text, field)
        if type_ == "histogram" and not label and alias and _is_family(text, field):
            label = alias[1]
        full = f"{prefix}_{name}{'_total' if type_ == 'counter' else ''}"
        rows.append((code(full), type_, ", ".join(map(code, labels.get(label, []))), cell(help_) + "."))
    return rows


def _type(text: str, field: str) -> tuple[str, str]:
    for pattern in (_HISTOGRAMS, _FIELD):
        if found := re.search(pattern.format(field=field), text):
            return found.groupdict().get("type", "histogram").lower(), found["labels"] or ""
    raise AssertionError(f"the metric in `{field}` has no type that is understood")


def _is_family(text: str, field: str) -> bool:
    return re.search(rf"\b{field}: Histograms\b", text) is not None
