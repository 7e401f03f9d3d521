"""OpenLineage events. https://openlineage.io/docs/spec/run-cycle"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from claims.generate import claims, written

from etl.world import BUCKET, CLUSTER, DATABASE, Pipeline

NAMESPACE = {"namespace": "cloister/acme-health"}


def events(pipeline: Pipeline, document: dict[str, Any]) -> list[dict[str, Any]]:
    found = [json.loads(body) for body in pipeline.objects(document["work"]["prefix"] + "lineage/").values()]
    return sorted(found, key=lambda event: str(event["eventTime"]))


def test_a_load_is_told_with_its_datasets_and_counts(pipeline: Pipeline) -> None:
    body = written(claims(1, 7)).encode()
    given = [pipeline.put(f"names of people {n}.csv", body) for n in range(2)]
    interval = {"start": "2026-11-23T00:00:00Z", "end": "2026-11-24T00:00:00Z"}
    document = pipeline.document(*given, lineage=NAMESPACE, interval=interval)
    assert pipeline.start(document).ended().code == 0
    start, complete = events(pipeline, document)
    assert [start["eventType"], complete["eventType"]] == ["START", "COMPLETE"]
    assert start["run"] == complete["run"]
    assert start["job"] == {"namespace": "cloister/acme-health", "name": document["pipeline"]}
    nominal = complete["run"]["facets"]["nominalTime"]
    assert nominal["nominalStartTime"] == "2026-11-23T00:00:00+00:00"
    (source,), (table,) = complete["inputs"], complete["outputs"]
    assert (source["namespace"], source["name"]) == (f"s3://{BUCKET}", pipeline.folder)
    assert source["inputFacets"]["inputStatistics"]["fileCount"] == 2
    assert source["inputFacets"]["inputStatistics"]["size"] == 2 * len(body)
    assert (table["namespace"], table["name"]) == (
        f"redshift://{CLUSTER}.us-east-1:5439", f"{DATABASE}.{pipeline.schema}.medical_claims"
    )  # fmt: skip
    assert table["outputFacets"]["outputStatistics"]["rowCount"] == 14
    assert "names of people" not in json.dumps([start, complete])


def test_a_failed_attempt_is_a_run_of_its_own(pipeline: Pipeline) -> None:
    rows = claims(1, 5)
    rows[0]["status"] = "UNHEARD-OF"
    given = pipeline.put("claims.csv", written(rows).encode())
    document = pipeline.document(given, lineage=NAMESPACE)
    for attempt in (1, 2):
        assert pipeline.start(document | {"attempt": attempt}).ended().code == 50
    found = events(pipeline, document)
    assert [event["eventType"] for event in found] == ["START", "FAIL", "START", "FAIL"]
    assert len({event["run"]["runId"] for event in found}) == 2


def test_without_a_namespace_nothing_is_told(pipeline: Pipeline) -> None:
    document = pipeline.document()
    assert pipeline.start(document).ended().code == 0
    assert events(pipeline, document) == []


class Collector(HTTPServer):
    def __init__(self, status: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = status
        self.received: list[tuple[str, dict[str, Any]]] = []


class Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:  # http.server's name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(params=[201, 500], ids=["heard", "failing"])
def collector(request: pytest.FixtureRequest) -> Iterator[Collector]:
    server = Collector(request.param)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_events_are_posted_where_there_is_a_collector_and_its_failure_holds_nothing_up(
    pipeline: Pipeline, collector: Collector
) -> None:
    document = pipeline.document(pipeline.put("claims.csv", written(claims(1, 5)).encode()), lineage=NAMESPACE)
    ended = pipeline.start(document, OPENLINEAGE_URL=f"http://127.0.0.1:{collector.server_port}").ended()
    assert ended.code == 0 and pipeline.count() == 5
    assert [(path, event["eventType"]) for path, event in collector.received] == [
        ("/api/v1/lineage", "START"), ("/api/v1/lineage", "COMPLETE")
    ]  # fmt: skip
    assert len(ended.events("lineage_not_sent")) == (0 if collector.status == 201 else 2)
    assert events(pipeline, document) == []
