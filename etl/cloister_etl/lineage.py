"""OpenLineage events of a run. https://openlineage.io/docs/spec/object-model

Datasets are named by table and by folder, since the names of clients' files may hold names of people. Events are for
others to look at: that one cannot be sent is logged and holds up nothing.
"""

import json
import os
import urllib.request
import uuid
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from cloister_etl.log import Log
from cloister_etl.s3.write import put
from cloister_etl.session import Session

PRODUCER = "https://cloister.dev/etl"
EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS = "https://openlineage.io/spec/facets/"
log = Log("lineage")


def emit(session: Session, kind: str, table: str | None) -> None:
    """START, COMPLETE, FAIL or ABORT."""
    if session.run.lineage_namespace is None:
        return
    body = json.dumps(event(session, kind, table)).encode()
    try:
        url = os.environ.get("OPENLINEAGE_URL")
        if url:
            _post(url.rstrip("/") + "/api/v1/lineage", body)
        else:
            run = session.run
            key = session.work_key("lineage", f"{run.attempt}-{kind}.json")
            put(session.s3, run.work.bucket, key, run.key_arn, body)
    except Exception as error:
        log.failure("lineage_not_sent", error, code=kind)


def event(session: Session, kind: str, table: str | None) -> dict[str, Any]:
    run = session.run
    return {
        "eventType": kind,
        "eventTime": datetime.now(UTC).isoformat(),
        "producer": PRODUCER,
        "schemaURL": EVENT,
        "run": {"runId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{PRODUCER}/{run.tenant}/{run.run}/{run.attempt}"))}
        | ({"facets": {"nominalTime": _interval(session)}} if run.interval else {}),
        "job": {"namespace": run.lineage_namespace, "name": run.pipeline},
        "inputs": _inputs(session),
        "outputs": _outputs(session, table),
    }


def _interval(session: Session) -> dict[str, Any]:
    interval = session.run.interval
    assert interval is not None
    return _facet("1-0-1/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet") | {
        "nominalStartTime": interval.start.isoformat(),
        "nominalEndTime": interval.end.isoformat(),
    }


def _inputs(session: Session) -> list[dict[str, Any]]:
    folders: dict[tuple[str, str], list[int]] = {}
    for file in session.run.inputs:
        folders.setdefault((file.bucket, str(PurePosixPath(file.key).parent)), []).append(file.size)
    statistics = _facet("1-0-0/InputStatisticsInputDatasetFacet.json#/$defs/InputStatisticsInputDatasetFacet")
    return [
        {
            "namespace": f"s3://{bucket}",
            "name": "/" if folder == "." else folder,
            "inputFacets": {"inputStatistics": statistics | {"fileCount": len(sizes), "size": sum(sizes)}},
        }
        for (bucket, folder), sizes in sorted(folders.items())
    ]


def _outputs(session: Session, table: str | None) -> list[dict[str, Any]]:
    address = session.run.warehouse
    if address is None or table is None:
        return []
    statistics = _facet("1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet")
    return [
        {
            "namespace": f"redshift://{address.cluster}.{session.run.region}:5439",
            "name": f"{address.database}.{address.schema}.{table}",
            "outputFacets": {"outputStatistics": statistics | {"rowCount": session.tally.total("rows_loaded")}},
        }
    ]


def _facet(path: str) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": FACETS + path}


def _post(url: str, body: bytes) -> None:
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("OPENLINEAGE_URL must begin with http:// or https://")
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=10):
        pass
