"""One change to the manifest: export, a waiting period that can be cancelled, destruction with the keys last."""

import json
from decimal import Decimal
from typing import Any

import pytest

from drift.audit import BUCKET
from drift.warehouse import RECOVERY
from e2e import manifests
from e2e.account import AUDIT, PRODUCTION, Account
from e2e.careless.act import Target
from e2e.cluster import RefusedError
from e2e.kinds import Object
from e2e.refusal import refused
from e2e.waiting import until
from e2e.warehouse import Warehouse
from e2e.world import World
from evidence import verb
from offboarding.leaver import Leaver, digest, left_of
from offboarding.unloaded import Unloaded

END, BACK = "leaver-end", "leaver-back"
INBOX: Object = {"name": "inbox", "copies": "CrossRegion"}
LOCKED: Object = {"name": "locked", "objectLock": {"mode": "Compliance", "days": 1}, "copies": "CrossRegion"}
VISITS: Object = {
    "name": "visits", "columns": [{"name": "id", "type": "bigint"}, {"name": "cost", "type": "decimal(8,2)"}]
}  # fmt: skip
SLOW = 120


def test_to_the_end_nothing_is_left_but_audit_data_and_the_certificate(world: World) -> None:
    leaver = Leaver(world, END)
    world.onboard(manifests.tenant(END, INBOX, "older", LOCKED, warehouse={"reboots": "AtOnce"}), timeout=SLOW)
    Warehouse(world, END).make("claims", tables=[VISITS])
    Warehouse(world, END).sql("INSERT INTO claims.visits VALUES (1, 1.5), (2, NULL)")
    older, locked = Target.of(world, END, "older"), Target.of(world, END, "locked")
    older.upload("claims/old.csv", b"PHI")
    # A bucket that was once declared and kept is the tenant's too.
    world.onboard(manifests.tenant(END, INBOX, LOCKED, warehouse={"reboots": "AtOnce"}), timeout=SLOW)
    inbox, uid = Target.of(world, END, "inbox"), leaver.uid
    for body in (b"PHI 1", b"PHI 2"):
        inbox.upload("claims/a.csv", body)
    world.aws.s3.delete_object(Bucket=inbox.bucket_name, Key="claims/a.csv")
    world.aws.as_role(inbox.role("uploader")).s3.create_multipart_upload(
        Bucket=inbox.bucket_name, Key="big", ServerSideEncryption="aws:kms", SSEKMSKeyId=inbox.key_arn
    )
    locked.upload("claims/held.csv", b"PHI")
    copies = [f"{target.bucket_name}-dr" for target in (inbox, locked)]
    far = world.aws.in_region(RECOVERY).s3
    for copy in copies:
        until("it is copied", lambda c=copy: far.list_object_versions(Bucket=c).get("Versions"))  # type: ignore[misc]
    warehouse = Warehouse(world, END).identifier
    world.aws.redshift.create_cluster_snapshot(ClusterIdentifier=warehouse, SnapshotIdentifier=f"{warehouse}-by-hand")

    leaver.ask(waitingDays=7)
    waiting = leaver.wait_for("Waiting")
    records = {bucket["name"]: bucket for bucket in waiting["buckets"]}
    assert {name: record["listed"] for name, record in records.items()} == {
        inbox.bucket_name: 2, older.bucket_name: 1, locked.bucket_name: 1,
    }  # fmt: skip
    assert _listed(inbox, records[inbox.bucket_name]["list"]) == ["claims/a.csv", "claims/a.csv"]
    with refused("AccessDenied"):
        inbox.upload("claims/late.csv", b"PHI")
    unloaded = Unloaded.of(world.aws, inbox.role("etl"), waiting)
    (table,) = unloaded.index.values()
    rows = sorted(unloaded.rows(table["prefix"]), key=lambda row: int(row["id"]))
    assert rows == [{"id": 1, "cost": Decimal("1.50")}, {"id": 2, "cost": None}]
    assert unloaded.is_under(inbox.key_arn, unloaded.export["prefix"])
    leaver.let_days_pass(6)
    world.cluster.poke("ClientTenant", END)
    assert leaver.wait_for("Waiting")["destroyAt"] > waiting["exportedAt"]
    assert world.aws.redshift.describe_clusters(ClusterIdentifier=warehouse)["Clusters"]

    leaver.let_days_pass(2)
    shredding = leaver.wait_for("Shredding", timeout=SLOW)
    _keys_are_pending(leaver, inbox)
    with pytest.raises(RefusedError, match="the destruction has begun"):
        leaver.call_off()
    # Of each the object, and the two files of its list.
    held = {bucket["name"]: bucket["locked"] for bucket in shredding["buckets"] if bucket["locked"]}
    assert held == {locked.bucket_name: 3, copies[1]: 3}
    assert len(leaver.shred()) == 2
    certificate = leaver.wait_for("Destroyed")["certificate"]

    groups = {f"/aws/redshift/cluster/{warehouse}/{log}" for log in ("connectionlog", "useractivitylog", "userlog")}
    assert left_of(world, END, uid) == groups | {locked.bucket_name, copies[1]}
    with refused("AccessDenied", "KMS.NotFoundException"):
        world.aws.s3.get_object(Bucket=locked.bucket_name, Key="claims/held.csv")
    world.cluster.wait_gone("Namespace", END)
    _certifies(world, certificate, {inbox.bucket_name, older.bucket_name}, warehouse)
    assert f"replica-bucket/{copies[0]}" in {gone["id"] for gone in certificate["destroyed"]}
    assert any(copies[1] in kept and "Object Lock" in kept for kept in certificate["kept"])
    order = [gone["id"].partition("/")[0] for gone in certificate["destroyed"]]
    assert order.index("namespace") < order.index("redshift-cluster") and "kms-key" not in order

    shown = verb.run(world, END, "--format", "json")
    assert (shown.returncode, json.loads(shown.stdout)) == (0, certificate), shown.stderr
    key = f"cloister/{PRODUCTION}/production/certificates/{END}-{uid}.json"
    vault = Account(world.endpoints, AUDIT).s3
    kept = until("it is kept", lambda: _object(vault, key), timeout=10)
    assert json.loads(kept) == certificate

    world.cluster.delete("ClientTenant", END)
    world.cluster.wait_gone("ClientTenant", END)


def test_called_off_while_it_waits_nothing_is_lost(world: World) -> None:
    leaver = Leaver(world, BACK)
    world.onboard(manifests.tenant(BACK, "inbox", driftPolicy="Report"), timeout=SLOW)
    target = Target.of(world, BACK, "inbox")
    version = target.upload("claims/a.csv", b"PHI")
    policy = world.aws.s3.get_bucket_policy(Bucket=target.bucket_name)["Policy"]
    leaver.ask()
    leaver.wait_for("Waiting")
    with refused("AccessDenied"):
        target.upload("claims/b.csv", b"PHI")

    leaver.call_off()
    world.cluster.wait("ClientTenant", BACK, lambda found: "offboarding" not in (found or {}).get("status", {}))
    world.cluster.wait("IngestBucket", "inbox", lambda found: "intake" not in (found or {})["status"], BACK)
    world.cluster.wait_ready("ClientTenant", BACK)
    assert json.loads(world.aws.s3.get_bucket_policy(Bucket=target.bucket_name)["Policy"]) == json.loads(policy)
    target.upload("claims/b.csv", b"PHI")
    assert _read(target, "claims/a.csv", version) == b"PHI"
    assert any("called off" in event["note"] for event in world.cluster.events(BACK, "Offboarding"))


def test_without_a_bucket_it_is_said_that_no_table_was_unloaded(world: World) -> None:
    leaver = Leaver(world, "bare")
    world.onboard(manifests.tenant("bare", warehouse={"reboots": "AtOnce"}), timeout=SLOW)
    Warehouse(world, "bare").make("claims", tables=[VISITS])
    leaver.ask(waitingDays=7)
    export = leaver.wait_for("Waiting")["warehouse"]
    assert export["note"] == "the tables were not unloaded, since the tenant had no bucket to hold them"
    assert (export["tables"], export["rows"], "index" in export) == (1, 0, False)
    leaver.call_off()


def test_without_its_name_nothing_is_approved(world: World) -> None:
    world.onboard(manifests.tenant("unnamed", "inbox"))
    for wrong in ("another", ""):
        with pytest.raises(RefusedError, match="must be the tenant's own name"):
            Leaver(world, "unnamed").ask(approval=wrong)
    assert Leaver(world, "unnamed").status is None


def test_deleted_while_it_waits_it_leaves_its_data(world: World) -> None:
    leaver = Leaver(world, "hasty")
    world.onboard(manifests.tenant("hasty", "inbox", deletionPolicy="Delete"))
    target = Target.of(world, "hasty", "inbox")
    target.upload("claims/a.csv", b"PHI")
    leaver.ask(waitingDays=7)
    leaver.wait_for("Waiting")
    world.cluster.patch("ClientTenant", "hasty", {"spec": {"deletionPolicy": "Retain"}})
    world.cluster.delete("ClientTenant", "hasty")
    world.cluster.wait_gone("ClientTenant", "hasty")
    keys = [version["Key"] for version in world.aws.s3.list_object_versions(Bucket=target.bucket_name)["Versions"]]
    assert "claims/a.csv" in keys
    assert world.aws.kms.describe_key(KeyId=target.key_arn)["KeyMetadata"]["KeyState"] == "Enabled"


def _object(s3: Any, key: str) -> bytes:
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=key).get("Contents", [])
    return b"".join(s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read() for each in found)


def _read(target: Target, key: str, version: str) -> bytes:
    s3 = target.aws.as_role(target.role("etl")).s3
    body: bytes = s3.get_object(Bucket=target.bucket_name, Key=key, VersionId=version)["Body"].read()
    return body


def _listed(target: Target, index: str) -> list[str]:
    """The keys in the lists that an index names."""
    s3 = target.aws.as_role(target.role("etl")).s3
    files = json.loads(s3.get_object(Bucket=target.bucket_name, Key=index)["Body"].read())["files"]
    bodies = [s3.get_object(Bucket=target.bucket_name, Key=file["key"])["Body"].read() for file in files]
    return [json.loads(line)["key"] for body in bodies for line in body.decode().splitlines()]


def _keys_are_pending(leaver: Leaver, target: Target) -> None:
    leaver.world.cluster.wait(
        "ClientTenant", leaver.name, lambda found: len((found or {})["status"]["offboarding"].get("keys", [])) == 2
    )
    key = target.aws.kms.describe_key(KeyId=target.key_arn)["KeyMetadata"]
    assert key["KeyState"] == "PendingDeletion"
    assert round((key["DeletionDate"] - key["CreationDate"]).total_seconds() / 86400) == 30


def _certifies(world: World, certificate: Any, buckets: set[str], warehouse: str) -> None:
    gone = {thing["id"] for thing in certificate["destroyed"]}
    assert {f"s3-bucket/{name}" for name in buckets} | {f"redshift-cluster/{warehouse}", f"namespace/{END}"} <= gone
    assert all(key["goneAt"] and key["deletionDate"] for key in certificate["keys"]) and len(certificate["keys"]) == 2
    assert certificate["approval"]["tenant"] == END and certificate["approval"]["fieldManager"] == "e2e"
    # The warehouse's three logs are audit data.
    assert sum("stays readable" in sentence for sentence in certificate["kept"]) == 3
    held = certificate["warehouse"]
    assert (held["tables"], held["rows"], held["files"], held["bucket"] in buckets) == (1, 2, 1, True)
    assert certificate["digest"] == digest(certificate)
    assert "PHI" not in json.dumps(certificate) and "claims/" not in json.dumps(certificate)
