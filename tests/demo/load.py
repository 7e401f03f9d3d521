"""A client's employee uploads a file of claims, and nobody touches anything until its rows are in the warehouse."""

import gzip
import tempfile
from collections.abc import Callable
from pathlib import Path

from claims.generate import claims, written

from demo.show import Clock, heading, plain
from e2e.careless import Target
from e2e.kinds import Object
from e2e.nodes import living
from e2e.waiting import until
from e2e.world import World
from local.provider import Provider
from upload.api.server import UploadApi
from upload.cli.command import Command
from upload.cli.login import log_in

PIPELINE = "load-claims"
ROWS = 500
_PATIENCE = 120.0
_FILE = "claims-2026-11.csv.gz"


def tell(world: World, target: Target) -> UploadApi:
    """Which goes on."""
    heading(f"A client's employee, without an AWS account, uploads {ROWS} claims")
    clock = Clock()
    provider = Provider(world.platform.directory, world.platform.processes).start()
    api = UploadApi(world.platform, provider)
    api.start()
    clock.line("the organisation's identity provider and the upload API are up")
    with tempfile.TemporaryDirectory() as home:
        _upload(Command(Path(home), api.url), provider, target, clock)
    _loaded(target, clock)
    _nothing_is_told(api)
    return api


def _upload(client: Command, provider: Provider, target: Target, clock: Clock) -> None:
    log_in(client, provider, "ann")
    clock.line("cloister-upload login: a code, approved in a browser with a second factor")
    client.write(_FILE, gzip.compress(written(claims(seed=7, rows=ROWS)).encode()))
    where = ("--tenant", target.tenant, "--bucket", target.bucket)
    upload = client.run("upload", _FILE, *where).succeeded().out.strip()
    clock.line(f"cloister-upload upload {_FILE}: straight to S3, upload {upload}")
    client.run("verify", upload).succeeded()
    clock.line("cloister-upload verify: the signed receipt names the file, its checksum and version")


def _nothing_is_told(api: UploadApi) -> None:
    shown = api.audit_log.read_text() + api.log.read_text(errors="replace")
    assert _FILE not in shown, "the name of a client's file is in the upload API's log"


def _loaded(target: Target, clock: Clock) -> None:
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
