"""Nothing of a row reaches a log, the termination message, a lineage event or an error."""

import gzip
import json
from typing import Any

import pytest
from claims.generate import HEADER, claims, written

from etl.world import ETL, Pipeline

MARKER = "MARKER-4711"


def marked(pipeline: Pipeline) -> bytes:
    """The marker in every column, in rows that hold and in rows that fail in each way."""
    rows = claims(1, 40)
    for row in rows:
        row["member_name"] = row["note"] = MARKER
    for row, column in zip(rows, HEADER, strict=False):
        row[column] = MARKER * 50
    rows[20]["member_id"] = ""
    lines = written(rows).splitlines()
    lines[25] = lines[25].replace(MARKER, f'"{MARKER}', 1)
    lines[26] += f",{MARKER}"
    body = "\n".join(lines).encode()
    return body.replace(rows[27]["claim_id"].encode(), f"{MARKER}".encode() + b"\xff\0")


def scanned(pipeline: Pipeline, ended: Any, prefix: str) -> None:
    seen = ended.text + json.dumps(ended.message)
    seen += "".join(body.decode() for body in pipeline.objects(f"{prefix}lineage/").values())
    assert MARKER not in seen, seen
    for line in ended.lines:
        assert set(line) <= KNOWN, line


KNOWN = {
    "time", "level", "logger", "event", "tenant", "pipeline", "run", "attempt", "task", "file", "files", "bytes",
    "code", "column", "rows", "parts", "rows_read", "rows_clean", "rows_rejected", "rows_loaded", "rows_superseded",
    "reason", "error", "place", "cause", "exit_code", "seconds", "operation", "tries",
}  # fmt: skip


@pytest.mark.parametrize("share", ["0.5", "0.0"], ids=["within-the-threshold", "beyond-the-threshold"])
def test_a_load_of_bad_rows_says_nothing_of_them(pipeline: Pipeline, share: str) -> None:
    given = pipeline.put(f"{MARKER}.csv", marked(pipeline))
    document = pipeline.document(given, parameters={"max_rejected_share": share}, lineage={"namespace": "cloister/a"})
    ended = pipeline.start(document).ended()
    assert ended.code == (0 if share == "0.5" else 50), ended.text
    assert len(ended.events("rows_quarantined")) > 5
    scanned(pipeline, ended, document["work"]["prefix"])


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "error", "operation": "PutObject", "code": MARKER, "status": 400},
        {"kind": "error", "operation": "BatchExecuteStatement", "code": "ValidationException", "status": 400,
         "message": MARKER},
        {"kind": "timeout", "ms": 1, "operation": "GetObject"},
    ],
    ids=lambda rule: rule["operation"],
)  # fmt: skip
def test_a_fault_of_aws_says_nothing_of_the_rows(pipeline: Pipeline, rule: dict[str, Any]) -> None:
    given = pipeline.put(f"{MARKER}.csv", written(claims(1, 5)).encode())
    pipeline.world.aws.control("POST", "/faults", rule | {"count": -1, "caller": f"*{ETL}*"})
    ended = pipeline.start(pipeline.document(given), AWS_MAX_ATTEMPTS="1").ended()
    assert ended.code in (30, 35), ended.text  # whichever call of its kind comes first
    assert ended.message["reason"]
    assert MARKER not in ended.text + json.dumps(ended.message)


def test_a_load_that_the_warehouse_refuses_says_nothing_of_the_rows(pipeline: Pipeline) -> None:
    """COPY fails by a value that is too long for a narrower column, which Redshift's error may quote."""
    table = f"{pipeline.schema}.medical_claims"
    pipeline.world.sql(f"ALTER TABLE {table} DROP COLUMN note", f"ALTER TABLE {table} ADD COLUMN note varchar(3)")
    rows = [row | {"note": MARKER} for row in claims(1, 5)]
    ended = pipeline.run(pipeline.put("claims.csv", written(rows).encode()))
    assert ended.code == 30 and "refused the step insert" in ended.message["reason"]
    assert MARKER not in ended.text + json.dumps(ended.message)


def test_a_users_exception_with_a_value_in_it_is_told_by_place(pipeline: Pipeline) -> None:
    given = pipeline.put(f"{MARKER}.csv", written(claims(1, 5)).encode())
    ended = pipeline.run(given, tasks={"module": "odd", "task": "Leaky"})
    assert ended.code == 35, ended.text
    assert MARKER not in ended.text + json.dumps(ended.message)


def test_rows_that_fail_are_kept_with_their_reasons_and_lines(pipeline: Pipeline) -> None:
    rows = claims(1, 10)
    rows[2]["service_date"], rows[2]["status"] = "never", "UNHEARD-OF"
    rows[5]["note"] = "x" * 501
    given = pipeline.put("claims.csv", written(rows).encode())
    document = pipeline.document(given, parameters={"max_rejected_share": "0.2"})
    assert pipeline.start(document).ended().code == 0
    kept = pipeline.objects(document["work"]["prefix"] + "quarantine/")
    (body,) = kept.values()
    found = [json.loads(line) for line in gzip.decompress(body).splitlines()]
    assert [each["line"] for each in found] == [4, 7]
    assert [(reason["code"], reason["column"]) for reason in found[0]["reasons"]] == [
        ("not_a_date", "service_date"), ("not_allowed", "status")
    ]  # fmt: skip
    assert found[1]["reasons"] == [{"code": "too_long", "column": "note"}]
    assert found[0]["raw"] == written(rows).splitlines(keepends=True)[3]


def test_a_file_that_is_rejected_is_kept_beside_its_reason(pipeline: Pipeline) -> None:
    rows = claims(1, 10)
    for row in rows[:3]:
        row["status"] = "UNHEARD-OF"
    body = written(rows).encode()
    given = pipeline.put("claims.csv", body)
    document = pipeline.document(given, parameters={"max_rejected_share": "0.2"})
    ended = pipeline.start(document).ended()
    assert ended.code == 50
    assert ended.message == {
        "outcome": "Rejected", "files": 1, "bytesRead": len(body), "rowsRead": 10, "rowsLoaded": 0, "rowsRejected": 3,
        "reason": "3 of 10 rows of a file do not hold, which is more than the threshold of 20.00%",
    }  # fmt: skip
    kept = pipeline.objects(document["work"]["prefix"] + "quarantine/")
    (copied,) = [name for name in kept if name.endswith("/file")]
    assert kept[copied] == body
    assert json.loads(kept[f"{copied}.reason.json"])["reason"] == ended.message["reason"]
    assert any(name.endswith(".jsonl.gz") for name in kept)
