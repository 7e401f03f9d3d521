"""Whatever happens to a worker, a file's rows are in the table once and the ledger says so."""

import gzip
from typing import Any

import pytest
from claims.generate import claims, written

from etl.world import Pipeline

SERVICES = ("s3", "redshift-data")


def claims_file(pipeline: Pipeline, number: int, rows: int = 10) -> dict[str, Any]:
    """With two bad rows, so that a quarantine is written, and claims of its own."""
    made = claims(number, rows + 2, first=number * 1000)
    made[0]["status"] = made[1]["status"] = "UNHEARD-OF"
    return pipeline.put(f"{number}.csv", written(made).encode())


def fault(pipeline: Pipeline, **rule: Any) -> None:
    pipeline.world.aws.control("POST", "/faults", rule)


def clear(pipeline: Pipeline) -> None:
    pipeline.world.aws.control("DELETE", "/faults")


SHORTER = gzip.compress(b"2,C9,M9,,2026-01-01,,,PAID,,,2026-01-02,\n")
SHARE = {"max_rejected_share": "0.2"}


@pytest.mark.parametrize("names", [("one", "one", "one"), ("one", "two", "three")], ids=["one-run", "three-runs"])
def test_one_file_by_three_workers_at_once_has_effect_once(pipeline: Pipeline, names: tuple[str, ...]) -> None:
    given = claims_file(pipeline, 1)
    workers = [pipeline.start(pipeline.document(given, run=name, parameters=SHARE)) for name in names]
    ended = [worker.ended() for worker in workers]
    assert [each.code for each in ended] == [0, 0, 0], [each.text for each in ended]
    assert pipeline.count() == 10
    assert pipeline.ledger() == [[given["key"], "12", "2", "0", "10"]]
    if names[0] != names[1]:
        assert sorted(each.message["outcome"] for each in ended) == ["AlreadyLoaded", "AlreadyLoaded", "Loaded"]
        assert sum(each.message["rowsLoaded"] for each in ended) == 10


def test_files_of_one_claim_by_three_workers_at_once_leave_the_newest(pipeline: Pipeline) -> None:
    rows = claims(2, 5)
    days = ("2027-03-03", "2027-03-01", "2027-03-02")
    files = [pipeline.put(f"{day}.csv", written(row | {"received_date": day} for row in rows).encode()) for day in days]
    workers = [pipeline.start(pipeline.document(file)) for file in files]
    assert [worker.ended().code for worker in workers] == [0, 0, 0]
    assert pipeline.rows("DISTINCT received_date") == [["2027-03-03"]]
    assert pipeline.count() == 5 and len(pipeline.ledger()) == 3


def calls_of_a_load(pipeline: Pipeline) -> list[tuple[str, str, int]]:
    """Service, operation, and which of its kind."""
    before = max((call["n"] for call in pipeline.world.aws.calls()), default=0)
    assert pipeline.run(claims_file(pipeline, 900), parameters=SHARE).code == 0
    found: list[tuple[str, str, int]] = []
    for call in pipeline.world.aws.calls(since=before):
        if call["service"] in SERVICES and "etl" in call["caller"]:
            name = (call["service"], call["operation"])
            found.append((*name, 1 + sum(each[:2] == name for each in found)))
    return found


@pytest.mark.timeout(1800)  # some seventy processes
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_at_each_call_and_run_again_loads_once(pipeline: Pipeline, when: str) -> None:
    calls = calls_of_a_load(pipeline)
    assert ("redshift-data", "BatchExecuteStatement", 1) in calls and len(calls) >= 10
    for number, (service, operation, nth) in enumerate(calls, 1):
        given = claims_file(pipeline, number)
        document = pipeline.document(given, parameters=SHARE)
        worker = pipeline.start(document)
        fault(pipeline, kind="kill", pid=worker.process.pid, when=when, service=service, operation=operation, nth=nth)
        assert worker.ended().code == -9, (operation, nth)
        clear(pipeline)
        again = pipeline.start(document | {"attempt": 2}).ended()
        assert again.code == 0, (operation, nth, again.text)
        assert (again.message["outcome"], again.message["rowsLoaded"]) == ("Loaded", 10), (operation, nth)
        assert pipeline.count() == 10 * (number + 1), (operation, nth)
        assert pipeline.ledger()[-1] == [given["key"], "12", "2", "0", "10"], (operation, nth)
        assert len(pipeline.ledger()) == number + 1


def test_a_worker_killed_while_its_transaction_waits_loads_once(pipeline: Pipeline) -> None:
    given = claims_file(pipeline, 1)
    document = pipeline.document(given, parameters=SHARE)
    worker = pipeline.start(document)
    fault(pipeline, kind="kill", pid=worker.process.pid, when="after", operation="DescribeStatement", nth=2)
    fault(pipeline, kind="latency", ms=1, operation="BatchExecuteStatement")
    pipeline.world.aws.control("POST", "/statements", {"delay_ms": 1500})
    try:
        worker.ended()
        again = pipeline.start(document | {"attempt": 2}).ended()
    finally:
        pipeline.world.aws.control("POST", "/statements", {"delay_ms": 0})
    assert again.code == 0, again.text
    assert pipeline.count() == 10 and len(pipeline.ledger()) == 1


@pytest.mark.parametrize("count", [1, 3, -1], ids=["once", "thrice", "always"])
def test_an_answer_that_is_lost_changes_nothing(pipeline: Pipeline, count: int) -> None:
    given = claims_file(pipeline, 1)
    fault(pipeline, kind="answer_lost", operation="BatchExecuteStatement", count=count)
    ended = pipeline.run(given, parameters=SHARE)
    assert (ended.code, ended.message["outcome"], ended.message["rowsLoaded"]) == (0, "Loaded", 10), ended.text
    assert pipeline.count() == 10 and len(pipeline.ledger()) == 1


@pytest.mark.parametrize("operation", ["DescribeStatement", "GetStatementResult", "ExecuteStatement", "GetObject"])
def test_a_fault_of_any_call_is_survived(pipeline: Pipeline, operation: str) -> None:
    given = claims_file(pipeline, 1)
    for kind in ("answer_lost", "throttle", "error"):
        fault(pipeline, kind=kind, operation=operation)
    ended = pipeline.run(given, parameters=SHARE)
    assert ended.code == 0, ended.text
    assert pipeline.count() == 10 and len(pipeline.ledger()) == 1


def test_a_transaction_that_is_refused_leaves_nothing(pipeline: Pipeline) -> None:
    """The table has a column that is narrower than the schema of the rows says."""
    given = claims_file(pipeline, 1)
    table = f"{pipeline.schema}.medical_claims"
    pipeline.world.sql(f"ALTER TABLE {table} DROP COLUMN note", f"ALTER TABLE {table} ADD COLUMN note int")
    pipeline.world.sql(
        f"ALTER TABLE {table} DROP COLUMN member_id", f"ALTER TABLE {table} ADD COLUMN member_id varchar(2)"
    )
    ended = pipeline.run(given, parameters=SHARE)
    assert (ended.code, ended.message["outcome"]) == (30, "Failed")
    assert "the warehouse refused the step insert" in ended.message["reason"]
    assert pipeline.count() == 0 and pipeline.ledger() == []


def test_copied_rows_that_are_not_as_many_as_were_clean_fail_the_load(pipeline: Pipeline) -> None:
    """A part that somebody changes after it was written is found by its count."""
    given = claims_file(pipeline, 1)
    document = pipeline.document(given, parameters=SHARE)
    worker = pipeline.start(document)
    fault(pipeline, kind="kill", pid=worker.process.pid, when="before", operation="BatchExecuteStatement")
    assert worker.ended().code == -9
    clear(pipeline)
    s3, work = pipeline.world.s3, document["work"]
    (part,) = [name for name in pipeline.objects(work["prefix"]) if name.endswith(".csv.gz")]
    (other,) = [
        name for name in pipeline.objects(work["prefix"]) if name.startswith("quarantine/") and name.endswith(".gz")
    ]
    assert other and part
    s3.put_object(Bucket=work["bucket"], Key=work["prefix"] + part, Body=SHORTER)
    ended = pipeline.start(document | {"attempt": 2}).ended()
    assert ended.code == 30
    assert "COPY loaded another number of rows than were clean" in ended.message["reason"]
    assert pipeline.count() == 0 and pipeline.ledger() == []
