"""What the visit left behind: on the wire, in the access log, and nowhere anything of a claim."""

import gzip
import json
from pathlib import Path
from typing import Any

from claims.generate import claims

from demo.load import ROWS
from demo.show import Clock, plain
from demo.wire import conversations, presented
from e2e.account import AUDIT, Account
from e2e.waiting import until
from e2e.world import World
from local import serving

# Browsers take it for this machine without being told.
HOST = "claims.localhost"
ROUTE = "/claims/:id"
_SHIPPED_EVERY = 30.0


def passed(balancer: serving.Balancer, certificate: Path, clock: Clock) -> int:
    """Between the balancer and the pods, where it would be plain if TLS ended at the balancer."""
    is_the_pods = presented(balancer.port, HOST).strip() in certificate.read_text()
    count = conversations(balancer.kept, HOST, _values())
    whose = "the pod's own" if is_the_pods else "another's"
    clock.line(f"on the wire to the pods: {count} connections, TLS alone, ended by {whose} certificate")
    return 0 if is_the_pods and count else 1


def _values() -> list[str]:
    return [row[name] for row in claims(seed=7, rows=ROWS) for name in ("claim_id", "member_id", "member_name")]


def recorded(world: World, clock: Clock) -> int:
    """In the audit account, which the operator's own account cannot change."""
    (opened,) = until("the access log", lambda: _opened(world), timeout=_SHIPPED_EVERY + 15)[:1]
    clock.line("the access log is in the audit account's bucket, with pseudonyms that the tenant's key tells")
    plain(f"      {opened['user']} {opened['method']} {opened['route']} {opened['status']}: {opened['records'][0]}")
    return 0 if opened["user"] == "amy" else 1


def _opened(world: World) -> list[dict[str, Any]]:
    return [each for each in _lines(world) if each["route"] == ROUTE and each["records"]]


def _lines(world: World) -> list[dict[str, Any]]:
    s3, lines = Account(world.endpoints, AUDIT).s3, []
    bucket = world.cluster.get("Environment", "production")["spec"]["audit"]["bucket"]
    for each in s3.list_objects_v2(Bucket=bucket, Prefix="app-access/").get("Contents", []):
        body = s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
        lines += [json.loads(line) for line in gzip.decompress(body).splitlines()]
    return lines


def told(world: World) -> int:
    """Nothing of a claim is in what all of this has written down: logs, events, statuses, the access log."""
    objects = [world.cluster.every(kind, "acme-health") for kind in ("AnalyticsApp", "Event", "Pod", "EtlPipeline")]
    said = json.dumps([_lines(world), objects, world.cluster.every("ClientTenant")]) + world.operator.metrics()
    logs = world.platform.directory / "logs"
    # The emulator and its warehouse keep the data themselves.
    files = [*logs.rglob("pods/**/*.log"), world.operator.log, logs / "sign-in.log", logs / "audit.jsonl"]
    text = said + "".join(file.read_text(errors="replace") for file in files)
    values = _values()
    found = sum(value in text for value in values)
    mark = "✗" if found else "✓"
    plain(f"  {mark} {found} of {len(values)} names and numbers of claims are in any log, event, metric or status")
    return found
