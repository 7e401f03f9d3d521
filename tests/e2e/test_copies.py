"""Copies of objects in the recovery region: what arrives is there, and what stops or redirects it is undone."""

import json
from typing import Any

import pytest

from drift.warehouse import RECOVERY
from e2e import manifests
from e2e.careless.act import Target
from e2e.kinds import Object
from e2e.refusal import DENIED, refused
from e2e.waiting import until
from e2e.world import World

TENANT = "twin"
RULE = "copy-to-recovery-region"
COPIED: Object = {"name": "inbox", "copies": "CrossRegion"}


@pytest.fixture
def inbox(world: World) -> Target:
    world.onboard(manifests.tenant(TENANT, COPIED, "single"), timeout=60)
    return Target.of(world, TENANT, "inbox")


def _copy(target: Target) -> str:
    status = target.cluster.get("IngestBucket", target.bucket, target.tenant)["status"]
    (found,) = [each["id"] for each in status["resources"] if each["id"].startswith("replica-bucket/")]
    return str(found).partition("/")[2]


def _far(target: Target) -> Any:
    return target.aws.in_region(RECOVERY)


def _versions(s3: Any, bucket: str, part: str = "Versions") -> list[tuple[str, str]]:
    held = s3.list_object_versions(Bucket=bucket).get(part, [])
    return sorted((each["Key"], each["VersionId"]) for each in held)


def _rules(target: Target, bucket: str) -> Any:
    with_rules: Any = target.aws.s3
    return with_rules.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]


def test_what_arrives_is_copied_under_the_key_there_and_nobody_of_the_tenant_reads_it(inbox: Target) -> None:
    copy, far = _copy(inbox), _far(inbox)
    version = inbox.upload("claims/a.csv", b"PHI")
    until("it is copied", lambda: _versions(far.s3, copy), lambda found: found == [("claims/a.csv", version)])
    key = far.kms.describe_key(KeyId=f"alias/cloister/{TENANT}")["KeyMetadata"]["Arn"]
    head = far.s3.head_object(Bucket=copy, Key="claims/a.csv", ExpectedBucketOwner=inbox.aws.number)
    assert (head["SSEKMSKeyId"], head["ReplicationStatus"]) == (key, "REPLICA")
    for role in ("admin", inbox.role("etl"), inbox.role("uploader")):
        s3 = inbox.aws.as_role(role).in_region(RECOVERY).s3
        with refused(*DENIED):
            s3.get_object(Bucket=copy, Key="claims/a.csv")
        with refused(*DENIED):
            s3.put_object(Bucket=copy, Key="smuggled", Body=b"PHI")
    marker = inbox.aws.s3.delete_object(Bucket=inbox.bucket_name, Key="claims/a.csv")["VersionId"]
    marked = [("claims/a.csv", marker)]
    until("so is that it is deleted", lambda: _versions(far.s3, copy, "DeleteMarkers"), lambda found: found == marked)
    assert _versions(far.s3, copy) == [("claims/a.csv", version)]


def test_a_rule_that_is_turned_off_is_turned_on_again(inbox: Target) -> None:
    before = _rules(inbox, inbox.bucket_name)
    off = {**before, "Rules": [rule | {"Status": "Disabled"} for rule in before["Rules"]]}
    s3: Any = inbox.aws.s3
    s3.put_bucket_replication(Bucket=inbox.bucket_name, ReplicationConfiguration=off)
    until("it is on again", lambda: _rules(inbox, inbox.bucket_name), lambda now: bool(now == before))

    def is_told(found: Object | None) -> bool:
        told = [(each["resource"], each["path"]) for each in (found or {})["status"]["recentDrift"]]
        return (f"s3-bucket/{inbox.bucket_name}", f"replication.rules.{RULE}.enabled") in told

    inbox.cluster.wait("IngestBucket", "inbox", is_told, TENANT)


def test_a_rule_that_nobody_declared_leads_nothing_away(world: World, inbox: Target) -> None:
    single = Target.of(world, TENANT, "single")
    rule = _rules(inbox, inbox.bucket_name)
    s3: Any = single.aws.s3
    s3.put_bucket_replication(Bucket=single.bucket_name, ReplicationConfiguration=rule)

    def is_gone() -> bool:
        try:
            return not _rules(single, single.bucket_name)
        except s3.exceptions.ClientError as error:
            return bool(error.response["Error"]["Code"] == "ReplicationConfigurationNotFoundError")

    until("it is gone", is_gone)


def test_what_was_copied_stays_guarded_when_no_more_is_and_when_its_bucket_is_pruned(
    world: World, inbox: Target
) -> None:
    copy, far = _copy(inbox), _far(inbox)
    version = inbox.upload("claims/b.csv", b"PHI")
    until("it is copied", lambda: ("claims/b.csv", version) in _versions(far.s3, copy))
    world.onboard(manifests.tenant(TENANT, {"name": "inbox", "copies": "None"}, "single"), timeout=60)

    def role_is_gone() -> bool:
        found = world.aws.iam.list_roles(PathPrefix="/cloister/")["Roles"]
        return inbox.role("copies") not in {role["RoleName"] for role in found}

    until("nothing may copy any more", role_is_gone)
    with refused("ReplicationConfigurationNotFoundError"):
        _rules(inbox, inbox.bucket_name)
    policy = _policy(far, copy)
    far.s3.delete_bucket_policy(Bucket=copy)
    until("its copy is guarded all the same", lambda: _policy(far, copy), lambda now: now == policy)

    world.onboard(manifests.tenant(TENANT, "single"), timeout=60)
    world.cluster.wait_gone("IngestBucket", "inbox", TENANT)
    assert ("claims/b.csv", version) in _versions(far.s3, copy)
    assert far.kms.describe_key(KeyId=f"alias/cloister/{TENANT}")["KeyMetadata"]["KeyState"] == "Enabled"


def _policy(far: Any, bucket: str) -> Any:
    try:
        return json.loads(far.s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except far.s3.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
