"""The process as the operator sees it: what it is given, how it ends, what it leaves."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from claims.generate import claims, written

from etl.world import Pipeline

MARKER = "MARKER-4711"


def odd(task: str, **more: Any) -> dict[str, Any]:
    return {"tasks": {"module": "odd", "task": task}} | more


@pytest.mark.parametrize(
    ("task", "code", "outcome"),
    [
        ("Succeeds", 0, "Succeeded"),
        ("Needs", 20, "MissingData"),
        ("Fails", 30, "Failed"),
        ("Broken", 35, "SchedulingError"),
    ],
)
def test_how_luigi_ends_is_the_exit_code(pipeline: Pipeline, task: str, code: int, outcome: str) -> None:
    ended = pipeline.run(**odd(task))
    assert (ended.code, ended.message["outcome"]) == (code, outcome), ended.text
    assert MARKER not in ended.text and MARKER not in json.dumps(ended.message)


def test_a_failure_is_told_by_type_and_place(pipeline: Pipeline) -> None:
    ended = pipeline.run(**odd("Fails"))
    (failed,) = ended.events("task_failed")
    assert (failed["error"], failed["cause"], failed["task"]) == ("KeyError", "ValueError", "Fails")
    assert failed["place"].startswith("pipelines/odd.py:") or failed["place"].startswith("odd.py:")
    assert "KeyError at" in ended.message["reason"]
    assert {line["stream"] for line in ended.events("output_left_out")} == {"stdout", "stderr"}


def test_a_module_that_cannot_be_imported_is_an_unhandled_exception(pipeline: Pipeline) -> None:
    ended = pipeline.run(tasks={"module": "broken_import", "task": "X"})
    assert (ended.code, ended.message["outcome"]) == (40, "Failed")
    assert MARKER not in ended.text + ended.message["reason"]


def test_every_mistake_in_the_run_is_told_at_once(pipeline: Pipeline) -> None:
    document = pipeline.document() | {
        "tenant": "Acme Health", "attempt": 0, "region": "us-east-1a", "tasks": {"module": "claims;x"},
        "interval": {"start": "2026-11-24T00:00:00Z", "end": "2026-11-23T00:00:00Z"}, "parameters": {"a": 1},
        "inputs": [{"bucket": "b"}, 7], "work": {"bucket": "landing", "prefix": "elsewhere"}, "keyArn": MARKER,
        "warehouse": {}, "lineage": {"namespace": ""},
    }  # fmt: skip
    ended = pipeline.start(document).ended()
    assert (ended.code, ended.message["outcome"]) == (64, "InvalidRun")
    told = {line["field"] for line in ended.events("invalid_run")}
    assert told == {
        "tenant", "attempt", "region", "tasks.module", "tasks.task", "interval.end", "parameters.a", "inputs[0].bucket",
        "inputs[0].key", "inputs[0].versionId", "inputs[0].etag", "inputs[0].size", "inputs[1]", "work.prefix",
        "keyArn", "warehouse", "lineage.namespace",
    }  # fmt: skip
    assert all(f"{field}: " in ended.message["reason"] for field in told)
    assert MARKER not in ended.text + ended.message["reason"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"tenant": null}'])
def test_what_is_no_run_is_told_as_such(pipeline: Pipeline, text: str) -> None:
    ended = pipeline.start(text).ended()
    assert ended.code == 64 and ended.message["reason"].startswith("CLOISTER_RUN: ")


@pytest.mark.parametrize(
    ("more", "field", "problem"),
    [
        ({"tasks": {"module": "absent_module", "task": "X"}}, "tasks.module", "is not installed in the image"),
        ({"tasks": {"module": "claims", "task": "Absent"}}, "tasks.task", "is no Luigi task of tasks.module"),
        ({"warehouse": None}, "warehouse", "is missing, and LoadClaims loads into it"),
        ({"parameters": {"x": "1"}}, "parameters.x", "is no parameter of LoadClaims"),
        (odd("Typed", parameters={"day": "2026-11-23"}), "parameters.count", "is missing"),
        (odd("Typed", parameters={"day": MARKER, "count": "1"}), "parameters.day", "is not what a DateParameter takes"),
        (odd("Typed", parameters={"day": "2026-11-23", "count": "1", "kind": MARKER}), "parameters.kind",
         "is not what a ChoiceParameter takes"),
    ],
)  # fmt: skip
def test_a_run_that_does_not_fit_its_task_is_told_so(
    pipeline: Pipeline, more: dict[str, Any], field: str, problem: str
) -> None:
    ended = pipeline.run(**more)
    assert ended.code == 64, ended.text
    (line,) = ended.events("invalid_run")
    assert line["field"] == field and line["problem"].startswith(problem)
    assert MARKER not in ended.text + ended.message["reason"]


def test_parameters_are_typed_by_the_task(pipeline: Pipeline) -> None:
    assert pipeline.run(**odd("Typed", parameters={"day": "2026-11-23", "count": "3", "kind": "b"})).code == 0


def test_sigterm_ends_it_promptly_and_says_so(pipeline: Pipeline) -> None:
    namespace = {"namespace": "cloister/acme-health"}
    document = pipeline.document(**odd("Sleeps", lineage=namespace))
    worker = pipeline.start(document)
    _wait_for(worker.log, "sleeping")
    sent = time.monotonic()
    worker.process.send_signal(signal.SIGTERM)
    ended = worker.ended(30)
    assert ended.code == 143 and ended.message["outcome"] == "Terminated"
    assert time.monotonic() - sent < 10
    events = pipeline.objects(document["work"]["prefix"] + "lineage/")
    assert {json.loads(body)["eventType"] for body in events.values()} == {"START", "ABORT"}


def test_sigterm_cancels_the_transaction_under_way(pipeline: Pipeline) -> None:
    given = pipeline.put("claims.csv", written(claims(1, 5)).encode())
    document = pipeline.document(given)
    pipeline.world.aws.control("POST", "/statements", {"delay_ms": 4000})  # of the ledger's query as well
    before = [len(pipeline.world.aws.calls(operation=name)) for name in ("CancelStatement", "BatchExecuteStatement")]
    try:
        worker = pipeline.start(document)
        _until(lambda: len(pipeline.world.aws.calls(operation="BatchExecuteStatement")) > before[1])
        time.sleep(0.5)
        worker.process.send_signal(signal.SIGTERM)
        ended = worker.ended(30)
    finally:
        pipeline.world.aws.control("POST", "/statements", {"delay_ms": 0})
    assert ended.code == 143
    assert len(pipeline.world.aws.calls(operation="CancelStatement")) == before[0] + 1
    assert pipeline.count() == 0 and pipeline.ledger() == []
    again = pipeline.start(document | {"attempt": 2}).ended()
    assert again.code == 0 and pipeline.count() == 5 and len(pipeline.ledger()) == 1


def test_the_termination_message_is_never_longer_than_kubelet_keeps() -> None:
    from cloister_etl.outcome import LONGEST, Outcome, message

    long = message(Outcome("Failed", "é" * 10_000, files=10**12))
    assert len(long) <= LONGEST and json.loads(long)["reason"].endswith("...")
    assert len(message(Outcome("InvalidRun", "x" * 10_000))) <= LONGEST


def _wait_for(log: Path, event: str) -> None:
    _until(lambda: f'"event": "{event}"' in log.read_text())


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it does not come to that"
        time.sleep(0.02)
