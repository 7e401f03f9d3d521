"""A file of claims arrives, and nobody touches anything until its rows are in the warehouse."""

import gzip
import time
from collections.abc import Callable

from claims.generate import claims, written

from demo.show import heading, line, plain
from e2e.careless import Target
from e2e.kinds import Object
from e2e.nodes import living
from e2e.waiting import until

PIPELINE = "load-claims"
ROWS = 500
_PATIENCE = 120.0
_KEY = "claims/2026-11.csv.gz"


def tell(target: Target) -> None:
    heading(f"A client uploads {ROWS} claims to {_KEY}")
    clock = _Clock()
    target.upload(_KEY, gzip.compress(written(claims(seed=7, rows=ROWS)).encode()))
    clock.line("in the bucket, under the client's key")
    _until_run(target, lambda run: run["state"] != "Queued")
    clock.line("a run is made for it, one Job")
    (instance,) = until("a node is launched", lambda: living(target.aws, target.tenant), timeout=_PATIENCE)
    clock.line(f"{instance['InstanceType']} is launched: {instance['Placement']['Tenancy']} tenancy, no public address")
    until("a node is proven", lambda: _nodes(target).get("proven", 0), timeout=_PATIENCE)
    clock.line("the node has joined, and EC2 has proven what it is")
    run = _until_run(target, lambda run: run["state"] in ("Succeeded", "Failed"))
    if run["state"] != "Succeeded":
        raise AssertionError(f"the run failed: {run}")
    outcome = run["outcome"]
    clock.line(f"Luigi is done: {outcome['rowsRead']} rows read, {outcome['rowsLoaded']} loaded")
    counted = target.sql("SELECT count(*), sum(paid) FROM claims.medical_claims")
    plain(f"      SELECT count(*), sum(paid) FROM claims.medical_claims: {counted[0][0]} rows, {counted[0][1]}")
    assert int(counted[0][0]) == ROWS, f"{counted[0][0]} rows and not {ROWS}"
    until("the node goes", lambda: not living(target.aws, target.tenant), timeout=_PATIENCE)
    clock.line("the idle node is gone again")


class _Clock:
    """Seconds of each stage."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def line(self, text: str) -> None:
        now = time.monotonic()
        line(text, now - self._since)
        self._since = now


def _until_run(target: Target, holds: Callable[[Object], bool]) -> Object:
    def there(found: Object | None) -> bool:
        return any(holds(run) for run in _runs(found))

    found = target.cluster.wait("EtlPipeline", PIPELINE, there, target.tenant, _PATIENCE)
    return next(run for run in _runs(found) if holds(run))


def _runs(pipeline: Object | None) -> list[Object]:
    runs: list[Object] = (pipeline or {}).get("status", {}).get("runs", [])
    return runs


def _nodes(target: Target) -> Object:
    status: Object = target.cluster.get("ClientTenant", target.tenant)["status"]
    nodes: Object = status.get("nodes", {})
    return nodes
