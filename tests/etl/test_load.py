"""Files into the warehouse, by the worker's own process."""

from claims.generate import File, awkward, claims, written

import pytest

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
