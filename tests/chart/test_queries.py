"""Alerts and the dashboard ask for metrics that the operator has, by labels that it sets."""

import json
import re
from collections.abc import Iterator
from typing import Any

import promql_parser
import pytest
import yaml

from chart.helm import CHART
from e2e.operator import REPOSITORY

_SOURCES = REPOSITORY / "operator" / "controller" / "src"
_REGISTERED = re.compile(r'registry\.register\(\s*"(\w+)",\s*"[^"]+",\s*(?:self|metrics)\.(\w+)\.clone\(\)')
_FIELD = re.compile(r"^    (?:pub )?(\w+): ((?:Family|Histograms|Counter|Gauge|Histogram)\b.*),$", re.MULTILINE)
_LABELS = re.compile(r"struct (\w+) \{\n((?:    \w+: [^\n]+,\n)+)\}")
_ENDINGS = {"Counter": ("_total",), "Gauge": ("",), "Histogram": ("_bucket", "_sum", "_count")}


def _metrics() -> dict[str, set[str]]:
    """The labels of each time series that the code registers."""
    found = {}
    for file in [
        _SOURCES / "metrics.rs",
        *(_SOURCES / part / "metrics.rs" for part in ("feed", "pipelines", "evidence")),
    ]:
        text = file.read_text()
        labels = {name: set(re.findall(r"(\w+):", body)) for name, body in _LABELS.findall(text)}
        fields = dict(_FIELD.findall(text))
        for name, field in _REGISTERED.findall(text):
            kind = fields[field]
            its = next((labels[one] for one in labels if re.search(rf"\b{one}\b", kind)), set())
            shape = "Histogram" if "Histogram" in kind else "Counter" if "Counter" in kind else "Gauge"
            if "PipelineLabel" in labels and kind == "Histograms":
                its = labels["PipelineLabel"]  # by the alias of that file
            for ending in _ENDINGS[shape]:
                found[f"cloister_{name}{ending}"] = its | ({"le"} if ending == "_bucket" else set())
        assert len(_REGISTERED.findall(text)) == text.count("registry.register("), file
    return found


def _queries() -> Iterator[tuple[str, str]]:
    for rule in yaml.safe_load((CHART / "files" / "alerts.yaml").read_text())["groups"][0]["rules"]:
        yield rule["alert"], rule["expr"]
    for panel in json.loads((CHART / "files" / "dashboard.json").read_text())["panels"]:
        for target in panel.get("targets", []):
            yield f"{panel['title']} {target['refId']}", target["expr"].replace("$__rate_interval", "5m")


_WRAPPERS = (
    promql_parser.AggregateExpr,
    promql_parser.ParenExpr,
    promql_parser.SubqueryExpr,
    promql_parser.UnaryExpr,
)
_QUERIES = dict(_queries())


@pytest.mark.parametrize("title", _QUERIES)
def test_a_query_is_of_metrics_and_labels_that_there_are(title: str) -> None:
    known = _metrics()
    parsed = promql_parser.parse(_QUERIES[title])
    asked = list(_selectors(parsed))
    assert asked
    for name, labels in asked:
        assert name in known
        assert labels <= known[name], f"{name} has {known[name]}"
    everything = set().union(*(known[name] for name, _ in asked))
    for grouping in re.findall(r"by \(([^)]*)\)", _QUERIES[title]):
        assert {label.strip() for label in grouping.split(",")} <= everything


def _selectors(node: Any) -> Iterator[tuple[str, set[str]]]:
    if isinstance(node, promql_parser.VectorSelector):
        yield str(node.name), {matcher.name for matcher in node.matchers.matchers}
    elif isinstance(node, promql_parser.MatrixSelector):
        yield from _selectors(node.vector_selector)
    elif isinstance(node, promql_parser.BinaryExpr):
        yield from _selectors(node.lhs)
        yield from _selectors(node.rhs)
    elif isinstance(node, promql_parser.Call):
        for argument in node.args:
            yield from _selectors(argument)
    elif isinstance(node, _WRAPPERS):
        yield from _selectors(node.expr)


def test_what_the_alerts_say_is_of_labels_that_they_have() -> None:
    rules = yaml.safe_load((CHART / "files" / "alerts.yaml").read_text())["groups"][0]["rules"]
    for rule in rules:
        told = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])))
        kept = {label.strip() for by in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in by.split(",")}
        # Without an aggregation all labels stay.
        assert not told or told <= (kept or {"object"}), rule["alert"]
