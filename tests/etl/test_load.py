"""Files into the warehouse, by the worker's own process."""

import pytest
from claims.generate import File, awkward, claims, written

from etl.world import Pipeline


def test_a_file_is_loaded_and_told_of(pipeline: Pipeline) -> None:
    body = written(claims(1, 50)).encode()
    ended = pipeline.run(pipeline.put("claims.csv", body))
    assert ended.code == 0, ended.text
    assert ended.message == {
        "outcome": "Loaded", "files": 1, "bytesRead": len(body), "rowsRead": 50, "rowsLoaded": 50, "rowsRejected": 0,
        "reason": "",
    }  # fmt: skip
    assert pipeline.count() == 50
    assert pipeline.ledger() == [[f"{pipeline.folder}/claims.csv", "50", "0", "0", "50"]]


@pytest.mark.parametrize("file", awkward(11), ids=lambda file: file.name)
def test_what_clients_send_is_loaded_or_told_of(pipeline: Pipeline, file: File) -> None:
    given = pipeline.put(file.name, file.body)
    ended = pipeline.run(given, parameters={"encoding": file.encoding, "max_rejected_share": "0.1"})
    assert ended.code == (0 if file.whole else 50), ended.text
    assert ended.message["outcome"] == ("Loaded" if file.whole else "Rejected")
    assert pipeline.count() == file.loaded
    counts = [str(file.read), str(file.rejected), str(file.read - file.rejected - file.loaded), str(file.loaded)]
    assert pipeline.ledger() == ([[given["key"], *counts]] if file.whole else [])


def test_values_arrive_as_they_were_meant(pipeline: Pipeline) -> None:
    files = {file.name: file for file in awkward(11)}
    for name in ("quoted.csv", "byte-order-mark.csv", "windows-1252.csv", "odd-dates.csv", "amounts.csv", "plain.csv"):
        given = pipeline.put(name, files[name].body)
        assert pipeline.run(given, parameters={"encoding": files[name].encoding}).code == 0
    notes = pipeline.rows("claim_id, note", "WHERE note IS NOT NULL")
    assert [note for _, note in notes] == [
        'said "again", twice', "first line\nsecond line\r\nthird line", "a backslash \\ and \\N within, and 'quotes'"
    ]  # fmt: skip
    names = [name for _, name in pipeline.rows("claim_id, member_name")]
    assert {'"', "Żörkä, Łün", "Zörqué, Lun-vex €"} <= set(names)
    paid = pipeline.rows("claim_id, paid", "WHERE claim_id BETWEEN 'C00100001' AND 'C00100007'")
    assert [value for _, value in paid] == ["-12.50", "-1234.50", "99.90", "-12.50", "0.00", "0.00", "0.50"]
    dates = pipeline.rows("claim_id, service_date", "WHERE claim_id = 'C00090004'")
    assert dates == [["C00090004", "2026-03-07"]]
    assert all(len(str(member)) == 14 for _, member in pipeline.rows("claim_id, member_id"))


def test_what_was_loaded_is_not_loaded_again(pipeline: Pipeline) -> None:
    given = pipeline.put("claims.csv", written(claims(2, 20)).encode())
    first = pipeline.run(given, given, run="first")
    assert (first.code, first.message["files"]) == (0, 1)
    again = pipeline.run(given, run="second")
    assert (again.code, again.message["outcome"], again.message["rowsLoaded"]) == (0, "AlreadyLoaded", 0)
    retried = pipeline.run(given, run="first", attempt=2)
    assert (retried.code, retried.message["outcome"], retried.message["rowsLoaded"]) == (0, "Loaded", 20)
    assert pipeline.count() == 20 and len(pipeline.ledger()) == 1


def test_a_new_version_of_a_key_is_another_file_and_the_old_one_is_read_as_it_was(pipeline: Pipeline) -> None:
    old = pipeline.put("claims.csv", written(claims(3, 10)).encode())
    new = pipeline.put("claims.csv", written(claims(4, 10, first=101)).encode())
    assert pipeline.run(old).code == 0
    assert pipeline.rows("MAX(claim_id)") == [["C00000010"]]
    assert pipeline.run(new).code == 0
    assert pipeline.count() == 20 and len(pipeline.ledger()) == 2


def test_a_late_correction_replaces_and_a_late_original_does_not(pipeline: Pipeline) -> None:
    rows = claims(5, 3)
    corrected = [row | {"status": "REVERSED", "received_date": "2027-02-01"} for row in rows]
    assert pipeline.run(pipeline.put("corrected.csv", written(corrected).encode())).code == 0
    late = pipeline.run(pipeline.put("original.csv", written(rows).encode()))
    assert (late.code, late.message["rowsLoaded"]) == (0, 0)
    assert pipeline.rows("DISTINCT status") == [["REVERSED"]] and pipeline.count() == 3
    newest = [row | {"status": "PAID", "received_date": "2027-03-01"} for row in rows[:1]]
    assert pipeline.run(pipeline.put("newest.csv", written(newest).encode())).code == 0
    assert [status for _, status in pipeline.rows("claim_id, status")] == ["PAID", "REVERSED", "REVERSED"]


def test_several_files_are_one_run(pipeline: Pipeline) -> None:
    given = [pipeline.put(f"{n}.csv", written(claims(n, 5, first=n * 100)).encode()) for n in range(1, 4)]
    ended = pipeline.run(*given)
    assert (ended.code, ended.message["files"], ended.message["rowsLoaded"]) == (0, 3, 15)
    assert pipeline.count() == 15 and len(pipeline.ledger()) == 3


def test_a_file_that_is_not_the_announced_one_is_rejected(pipeline: Pipeline) -> None:
    given = pipeline.put("claims.csv", written(claims(6, 5)).encode())
    for wrong in ({"size": given["size"] + 1}, {"size": given["size"] - 1}, {"etag": "0" * 32}):
        ended = pipeline.run(given | wrong)
        assert (ended.code, ended.message["outcome"]) == (50, "Rejected"), ended.text
        assert "not the one that was announced" in ended.message["reason"]
    assert pipeline.count() == 0 and pipeline.ledger() == []


def test_a_version_that_is_gone_is_missing_data(pipeline: Pipeline) -> None:
    given = pipeline.put("claims.csv", written(claims(6, 5)).encode())
    pipeline.world.s3.delete_object(Bucket=given["bucket"], Key=given["key"], VersionId=given["versionId"])
    ended = pipeline.run(given)
    assert (ended.code, ended.message["outcome"]) == (20, "MissingData")


def test_a_file_with_a_quote_and_a_backslash_in_its_name(pipeline: Pipeline) -> None:
    given = pipeline.put("o'clock \\ 100% é.csv", written(claims(7, 5)).encode())
    assert pipeline.run(given).code == 0
    assert pipeline.ledger()[0][0] == given["key"]
    assert pipeline.run(given).message["outcome"] == "AlreadyLoaded"


def test_without_a_ledger_it_says_what_to_declare(pipeline: Pipeline) -> None:
    pipeline.world.sql(f"DROP TABLE {pipeline.schema}.load_ledger")
    ended = pipeline.run(pipeline.put("claims.csv", written(claims(8, 5)).encode()))
    assert ended.code == 35
    assert f"the table {pipeline.schema}.load_ledger does not exist: declare it" in ended.message["reason"]
