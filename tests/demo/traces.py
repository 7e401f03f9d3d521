"""What the visit left behind: on the wire, in the access log, and nowhere anything of a claim."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from claims.generate import claims

from browser import access
from browser.access import Request
from demo.load import ROWS
from demo.places import places
from demo.scan import Values, told
from demo.show import Clock, plain
from demo.wire import conversations, presented
from e2e.account import AUDIT, Account
from e2e.kinds import Object
from e2e.loopback import HTTP
from e2e.waiting import until
from e2e.world import World
from local import serving
from upload.api.server import UploadApi

# Browsers take it for this machine without being told.
HOST = "claims.localhost"
ROUTE = "/claims/:id"
_SHIPPED_EVERY = 30.0
_METRICS = 9090


def passed(balancer: serving.Balancer, certificate: Path, clock: Clock) -> int:
    """Between the balancer and the pods, where it would be plain if TLS ended at the balancer."""
    is_the_pods = presented(balancer.port, HOST).strip() in certificate.read_text()
    count = conversations(balancer.kept, HOST, _values())
    whose = "the pod's own" if is_the_pods else "another's"
    clock.line(f"on the wire to the pods: {count} connections, TLS alone, ended by {whose} certificate")
    return 0 if is_the_pods and count else 1


def _values() -> set[str]:
    rows = claims(seed=7, rows=ROWS)
    words = {word for row in rows for word in row["member_name"].split(", ")}
    return words | {row[name] for row in rows for name in ("claim_id", "member_id")}


def recorded(world: World, asked: Counter[Request], clock: Clock) -> int:
    """In the audit account, which the operator's own cannot change: what the browsers asked, all and no more."""

    def has_all(lines: list[dict[str, Any]]) -> bool:
        return asked <= access.written(lines)

    lines = until("the access log", lambda: _lines(world), has_all, timeout=_SHIPPED_EVERY + 15)
    more = len(lines) - asked.total()
    of_data = [line for line in lines if line["decision"] == "Allowed" and not line["route"].startswith("/.cloister/")]
    unnamed = [line for line in of_data if not line.get("user")]
    clock.line(f"the browsers' {asked.total()} requests, all in the audit account's bucket, and {more} others")
    (opened,) = [line for line in lines if line["route"] == ROUTE and line["records"]][:1]
    plain(f"      {opened['user']} {opened['method']} {opened['route']} {opened['status']}: {opened['records'][0]}")
    return more + len(unnamed) + int(opened["user"] != "amy")


def _lines(world: World) -> list[dict[str, Any]]:
    s3, lines = Account(world.endpoints, AUDIT).s3, []
    bucket = world.cluster.get("Environment", "production")["spec"]["audit"]["bucket"]
    for each in s3.list_objects_v2(Bucket=bucket, Prefix="app-access/").get("Contents", []):
        body = s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
        lines += [json.loads(line) for line in gzip.decompress(body).splitlines()]
    return lines


def written(world: World, tenant: str, pods: Iterable[Object], api: UploadApi) -> int:
    """Nothing of a claim is in what all of this has written down."""

    def pages() -> Iterator[str]:
        yield world.operator.metrics()
        yield api.metrics()
        for pod in pods:
            yield HTTP.get(f"http://{pod['status']['podIP']}:{_METRICS}/metrics", timeout=5).text

    return told(places(world, tenant, pages), Values(_values()))
