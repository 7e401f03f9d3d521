"""A warehouse's tables are unloaded once each, whatever befalls the operator, and what is called off is as it was."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from e2e import manifests
from e2e.careless.act import Target
from e2e.kinds import Object, condition
from e2e.loopback import HTTP
from e2e.refusal import refused
from e2e.waiting import until
from e2e.warehouse import Warehouse
from e2e.world import World
from offboarding.leaver import Leaver
from offboarding.unloaded import Unloaded, unloads

NAME = "leaver-half"
SLOW = 120
TABLES: list[Object] = [
    {"name": name, "columns": [{"name": "id", "type": "bigint"}, {"name": "born", "type": "date"}]}
    for name in ("first", "second", "third", "fourth", "fifth", "sixth")
]
ONCE: Object = {"name": "once", "writeOnce": True}


@contextmanager
def rule(world: World, **what: object) -> Iterator[None]:
    told = HTTP.post(f"{world.endpoints.control}/faults", json=what, timeout=10)
    told.raise_for_status()
    try:
        yield
    finally:
        HTTP.delete(
            f"{world.endpoints.control}/faults", params={"id": told.json()["id"]}, timeout=10
        ).raise_for_status()


def test_called_off_half_way_and_later_killed_while_it_unloads(world: World) -> None:
    leaver = Leaver(world, NAME)
    world.onboard(manifests.tenant(NAME, ONCE, warehouse={"reboots": "AtOnce"}, driftPolicy="Report"), timeout=SLOW)
    warehouse = Warehouse(world, NAME)
    warehouse.make("visits", tables=TABLES)
    for table in TABLES:
        warehouse.sql(f"INSERT INTO visits.{table['name']} VALUES (1, '1990-01-31'), (2, NULL)")
    target = Target.of(world, NAME, "once")
    policies = _policies(target)
    with rule(world, kind="refuse", sql='UNLOAD*"fifth"*', message="S3ServiceException:,Status 403,Error AccessDenied"):
        leaver.ask(waitingDays=7)
        stuck = world.cluster.wait("ClientTenant", NAME, _is_stuck, timeout=40)
    assert stuck is not None and "PHI" not in json.dumps(stuck)
    exporting = leaver.status
    assert exporting["stage"] == "Exporting" and len(exporting["warehouse"]["unloads"]) <= 4
    # Redshift's role puts nowhere else.
    with refused("AccessDenied"):
        _put(target, "claims/late.csv")

    leaver.call_off()
    world.cluster.wait("ClientTenant", NAME, lambda found: "offboarding" not in (found or {}).get("status", {}))
    world.cluster.wait_ready("ClientTenant", NAME, timeout=40)
    assert _policies(target) == policies

    before = len(unloads(world, warehouse.identifier))
    with rule(world, kind="kill", pid=world.operator.pid, operation="BatchExecuteStatement", sql="*UNLOAD*", nth=3):
        leaver.ask(waitingDays=7)
        until("it was killed", lambda: world.operator.lives, lambda lives: not lives, timeout=40)
    # By somebody's own login, into the first of them, which is unloaded already: once more, and nothing else.
    until("it is unloaded", lambda: len(unloads(world, warehouse.identifier)) - before, lambda sent: sent == 3)
    warehouse.sql("INSERT INTO visits.fifth VALUES (3, NULL)")
    world.operator.restart()
    waiting = leaver.wait_for("Waiting", timeout=60)
    assert len(unloads(world, warehouse.identifier)) - before == len(TABLES) + 1
    found = Unloaded.of(target.aws, target.role("etl"), waiting)
    assert (found.export["tables"], found.export["rows"], found.export["files"]) == (6, 13, 6)
    rows = {f"visits.{table['name']}": 2 for table in TABLES} | {"visits.fifth": 3}
    assert {name: table["rows"] for name, table in found.index.items()} == rows
    for name, table in found.index.items():
        assert sorted(row["id"] for row in found.rows(table["prefix"])) == list(range(1, rows[name] + 1))
    # What the half-way one left is in the bucket still, and is not counted.
    assert found.export["prefix"] != exporting["warehouse"]["prefix"]
    assert len(found.rows(exporting["warehouse"]["prefix"])) > 0


def _is_stuck(found: Object | None) -> bool:
    return "S3AccessDenied" in condition(found or {}, "Offboarding").get("message", "")


def _policies(target: Target) -> list[object]:
    """What was opened for the export: of the key, of the role, of the bucket; and what was closed for the workers."""
    aws = target.aws
    found = [aws.kms.get_key_policy(KeyId=target.key_arn, PolicyName="default")["Policy"]]
    found.append(aws.s3.get_bucket_policy(Bucket=target.bucket_name)["Policy"])
    details = aws.iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])["Policies"]
    documents = {
        policy["PolicyName"]: version["Document"]
        for policy in details
        for version in policy["PolicyVersionList"]
        if version["IsDefaultVersion"] and NAME in policy["PolicyName"]
    }
    return [json.loads(text) for text in found] + [documents[name] for name in sorted(documents)]


def _put(target: Target, key: str) -> None:
    target.aws.as_role(target.role("warehouse")).s3.put_object(
        Bucket=target.bucket_name, Key=key, Body=b"PHI", ServerSideEncryption="aws:kms", SSEKMSKeyId=target.key_arn
    )
