"""Records of calls: the trail stays as it is declared, and what it wrote nobody can shorten or delete."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from drift.audit import BUCKET, NARROW, flip_trail, trail_snapshot
from drift.flows import flip_flow_log, flow_log
from drift.snapshot import bucket as whole_bucket
from e2e import manifests
from e2e.account import AUDIT, PRODUCTION, STAGING, Account
from e2e.waiting import until
from e2e.world import World

TRAIL = "cloister-production"
SIX_YEARS = timedelta(days=2192)
ROLE = {"roleArn": f"arn:aws:iam::{AUDIT}:role/CloisterAudit", "externalId": "cloister-audit"}


@pytest.fixture
def vault(world: World) -> Account:
    """The administrator of the audit account."""
    return Account(world.endpoints, AUDIT)


def _files(vault: Account, account: str = PRODUCTION) -> list[Any]:
    found = vault.s3.list_object_versions(Bucket=BUCKET, Prefix=f"AWSLogs/{account}/CloudTrail/")
    return list(found.get("Versions", []))


def test_every_call_is_recorded_into_a_bucket_that_is_locked_for_six_years(world: World, vault: Account) -> None:
    trail: Any = world.aws.cloudtrail
    held = trail.get_trail(Name=TRAIL)["Trail"]
    wanted = ("IsMultiRegionTrail", "IncludeGlobalServiceEvents", "LogFileValidationEnabled")
    assert all(held[each] for each in wanted)
    assert held["S3BucketName"] == BUCKET
    status = trail.get_trail_status(Name=TRAIL)
    assert status["IsLogging"]
    assert "LatestDeliveryError" not in status
    key = world.aws.kms.describe_key(KeyId="alias/cloister/environment/production/audit")["KeyMetadata"]["Arn"]
    assert held["KmsKeyId"] == key
    (group,) = world.aws.logs.describe_log_groups(logGroupNamePrefix="/cloister/environment/production/")["logGroups"]
    assert held["CloudWatchLogsLogGroupArn"] == group["arn"]
    assert (group["kmsKeyId"], group["retentionInDays"]) == (key, SIX_YEARS.days)
    lock = vault.s3.get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": SIX_YEARS.days}
    newest = _files(vault)[0]
    head = vault.s3.head_object(Bucket=BUCKET, Key=newest["Key"], VersionId=newest["VersionId"])
    assert head["SSEKMSKeyId"] == key
    assert head["ObjectLockRetainUntilDate"] > datetime.now(UTC) + SIX_YEARS - timedelta(days=1)


def _basic(world: World) -> None:
    old = [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": []}]
    world.aws.cloudtrail.put_event_selectors(TrailName=TRAIL, EventSelectors=old)


CARELESS: dict[str, Callable[[World], Any]] = {
    "stopped": lambda world: world.aws.cloudtrail.stop_logging(Name=TRAIL),
    "deleted": lambda world: world.aws.cloudtrail.delete_trail(Name=TRAIL),
    "narrowed": lambda world: world.aws.cloudtrail.put_event_selectors(TrailName=TRAIL, AdvancedEventSelectors=NARROW),
    "selected as of old": _basic,
    "not validated": lambda world: world.aws.cloudtrail.update_trail(Name=TRAIL, EnableLogFileValidation=False),
    "of one region": lambda world: world.aws.cloudtrail.update_trail(Name=TRAIL, IsMultiRegionTrail=False),
    "without its key": lambda world: world.aws.cloudtrail.update_trail(Name=TRAIL, KmsKeyId=""),
    "no longer watched": lambda world: flip_trail(world.aws, TRAIL, "logs.group", Account(world.endpoints, AUDIT)),
    "writing elsewhere": lambda world: flip_trail(world.aws, TRAIL, "bucket", Account(world.endpoints, AUDIT)),
}


def test_what_is_done_to_the_trail_is_undone(world: World) -> None:
    """A trail that is deleted is one that was stopped, too."""
    was = trail_snapshot(world.aws, TRAIL)
    for name, act in CARELESS.items():
        act(world)
        assert trail_snapshot(world.aws, TRAIL) != was, name
        world.cluster.poke("Environment", "production")
        until(f"a trail that was {name} is as before", lambda: trail_snapshot(world.aws, TRAIL), lambda n: n == was)
    recorded = world.cluster.get("Environment", "production")["status"]["recentDrift"]
    assert any(one["resource"] == f"trail/{TRAIL}" and one["path"] == "logging" for one in recorded)


def test_the_traffic_of_the_vpc_is_recorded_into_the_same_bucket(world: World) -> None:
    ec2: Any = world.aws.ec2
    vpc = world.cluster.get("Environment", "production")["spec"]["network"]["vpcId"]
    was = flow_log(world.aws, vpc)
    assert [log[:2] for log in was] == [("ALL", f"arn:aws:s3:::{BUCKET}")]
    flip_flow_log(world.aws, vpc)
    # What is half of it is not taken for the whole.
    half = {"ResourceType": "VPC", "ResourceIds": [vpc], "TrafficType": "REJECT", "LogDestinationType": "s3"}
    ec2.create_flow_logs(**half, LogDestination=f"arn:aws:s3:::{BUCKET}")
    world.cluster.poke("Environment", "production")
    until("all of it is recorded again", lambda: flow_log(world.aws, vpc), lambda now: was[0] in now)
    recorded = world.cluster.get("Environment", "production")["status"]["recentDrift"]
    assert any(one["resource"] == f"flow-log/{vpc}" for one in recorded)
    rejected = [log for log in ec2.describe_flow_logs()["FlowLogs"] if log["TrafficType"] == "REJECT"]
    ec2.delete_flow_logs(FlowLogIds=[log["FlowLogId"] for log in rejected])


def test_a_difference_that_has_ended_is_kept_beside_the_trail(world: World, vault: Account) -> None:
    """By the operator, once, under the same lock."""
    world.onboard(manifests.tenant("keeper", "inbox"))
    bucket = world.cluster.get("IngestBucket", "inbox", "keeper")["status"]["bucketName"]
    world.aws.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    world.cluster.poke("IngestBucket", "inbox", "keeper")

    def recorded() -> list[Any]:
        return list(world.cluster.get("IngestBucket", "inbox", "keeper")["status"]["recentDrift"])

    def is_recorded(records: list[Any]) -> bool:
        return len(records) > 0 and all("recordedAt" in record for record in records)

    (told,) = until("it is recorded", recorded, is_recorded, timeout=20)
    prefix = f"cloister/{PRODUCTION}/production/drift/{told['foundAt'][:10].replace('-', '/')}/"
    keys = [found["Key"] for found in vault.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]]
    kept = [json.loads(vault.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()) for key in keys]
    (record,) = [one for one in kept if one["object"] == "IngestBucket/keeper/inbox"]
    assert (record["resource"], record["field"]) == (f"s3-bucket/{bucket}", "versioning")
    assert (record["was"], record["now"], record["remedy"]) == ("Enabled", "Suspended", "Corrected")
    assert (record["foundAt"], record["mendedAt"]) == (told["foundAt"], told["mendedAt"])
    version = vault.s3.head_object(Bucket=BUCKET, Key=keys[kept.index(record)])
    assert version["ObjectLockMode"] == "COMPLIANCE"
    with pytest.raises(ClientError, match="AccessDenied"):
        vault.s3.delete_object(Bucket=BUCKET, Key=keys[kept.index(record)], VersionId=version["VersionId"])


def _lower(vault: Account) -> None:
    """As a careless administrator must: the policy first, since it forbids it."""
    s3: Any = vault.s3
    lowered = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=lowered)
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=lowered)


def test_the_bucket_is_mended_and_guarded_again(world: World, vault: Account) -> None:
    was = whole_bucket(vault, BUCKET)
    _lower(vault)
    vault.s3.put_public_access_block(
        Bucket=BUCKET,
        PublicAccessBlockConfiguration={"BlockPublicAcls": False, "IgnorePublicAcls": True, "BlockPublicPolicy": True},
    )
    world.cluster.poke("Environment", "production")
    until("the bucket is as before", lambda: whole_bucket(vault, BUCKET), lambda now: bool(now == was))


def _attempts(s3: Any, file: Any) -> dict[str, Callable[[], Any]]:
    """All that could shorten the life of one record, or of what comes after it."""
    at = {"Bucket": BUCKET, "Key": file["Key"], "VersionId": file["VersionId"]}
    soon = datetime.now(UTC) + timedelta(days=1)
    one = {"Objects": [{"Key": file["Key"], "VersionId": file["VersionId"]}]}

    def batch(**given: Any) -> None:
        answer = s3.delete_objects(Bucket=BUCKET, Delete=one, **given)
        if error := answer.get("Errors"):
            raise ClientError({"Error": error[0]}, "DeleteObjects")

    def retain(mode: str, until: datetime, **given: Any) -> None:
        s3.put_object_retention(**at, Retention={"Mode": mode, "RetainUntilDate": until}, **given)

    def lock(rule: dict[str, Any]) -> None:
        s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"} | rule)

    suspended: dict[str, Any] = {"Status": "Suspended"}
    return {
        "deletion of the version": lambda: s3.delete_object(**at),
        "deletion with bypass": lambda: s3.delete_object(**at, BypassGovernanceRetention=True),
        "deletion of many": batch,
        "deletion of many with bypass": lambda: batch(BypassGovernanceRetention=True),
        "deletion without a version": lambda: s3.delete_object(Bucket=BUCKET, Key=file["Key"]),
        "a shorter retention": lambda: retain("COMPLIANCE", soon),
        "a shorter retention with bypass": lambda: retain("COMPLIANCE", soon, BypassGovernanceRetention=True),
        "the other mode": lambda: retain("GOVERNANCE", soon + 2 * SIX_YEARS, BypassGovernanceRetention=True),
        "no default": lambda: lock({}),
        "a lower default": lambda: lock({"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}),
        "versioning off": lambda: s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=suspended),
        "a made-up record": lambda: s3.put_object(Bucket=BUCKET, Key=file["Key"], Body=b"{}"),
        "deletion of the bucket": lambda: s3.delete_bucket(Bucket=BUCKET),
    }


@pytest.mark.parametrize("role", ["admin", "CloisterAudit"])
def test_neither_administrator_nor_operator_can_shorten_or_delete(world: World, vault: Account, role: str) -> None:
    file = _files(vault)[-1]
    at = {"Bucket": BUCKET, "Key": file["Key"], "VersionId": file["VersionId"]}
    before = vault.s3.get_object_retention(**at)["Retention"]
    s3 = vault.as_role(role).s3
    for name, attempt in _attempts(s3, file).items():
        with pytest.raises(ClientError) as refused:
            attempt()
        assert refused.value.response["Error"]["Code"] == "AccessDenied", name
    assert vault.s3.get_object_retention(**at)["Retention"] == before
    world.calls.violations()


def test_object_lock_holds_even_where_the_bucket_policy_is_gone(world: World, vault: Account) -> None:
    """The policy is the outer wall; that of COMPLIANCE mode stands without it."""
    file = _files(vault)[-1]
    s3: Any = vault.s3
    was = whole_bucket(vault, BUCKET)
    s3.delete_bucket_policy(Bucket=BUCKET)
    codes = {}
    for name, attempt in _attempts(s3, file).items():
        if name in ("no default", "a lower default", "a made-up record", "deletion without a version"):
            continue  # none of them touches a version that is there
        with pytest.raises(ClientError) as refused:
            attempt()
        codes[name] = refused.value.response["Error"]["Code"]
    assert codes.pop("versioning off") == "InvalidBucketState"
    assert codes.pop("deletion of the bucket") == "BucketNotEmpty"
    assert set(codes.values()) == {"AccessDenied"}
    world.cluster.poke("Environment", "production")
    until("the bucket is as before", lambda: whole_bucket(vault, BUCKET), lambda now: bool(now == was))
    world.calls.violations()


@pytest.fixture
def staging(world: World) -> Iterator[Account]:
    yield Account(world.endpoints, STAGING)
    world.cluster.delete("Environment", "staging")
    world.cluster.wait_gone("Environment", "staging")


def _writers(vault: Account) -> set[str]:
    document = json.loads(vault.s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    allowed = [one for one in document["Statement"] if one["Effect"] == "Allow"]
    about = [condition for one in allowed for condition in one["Condition"].values()]
    return {arn for condition in about for arn in _listed(condition.get("aws:SourceArn", []))}


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def test_environments_share_the_bucket_and_records_outlive_them(world: World, vault: Account, staging: Account) -> None:
    audit = {"accountId": AUDIT, "bucket": BUCKET} | ROLE
    world.onboard(manifests.staging(audit=audit))
    both = {
        f"arn:aws:cloudtrail:us-east-1:{account}:trail/cloister-{name}"
        for account, name in ((PRODUCTION, "production"), (STAGING, "staging"))
    } | {f"arn:aws:logs:us-east-1:{account}:*" for account in (PRODUCTION, STAGING)}
    assert _writers(vault) == both
    since = world.calls.mark("both at rest")
    for name in ("production", "staging", "production", "staging"):
        world.cluster.poke("Environment", name)
        world.cluster.wait_ready("Environment", name)
    assert [call.line for call in world.calls.since(since) if call.mutating] == []

    world.cluster.delete("Environment", "staging")
    world.cluster.wait_gone("Environment", "staging")
    assert staging.cloudtrail.get_trail_status(Name="cloister-staging")["IsLogging"]
    assert _writers(vault) == both
    assert _files(vault, STAGING)

    # Its namesake finds them, and takes them over where it is told to.
    ids = ["audit-key/alias/cloister/environment/staging/audit", "trail/cloister-staging"]
    adopt = [*manifests.staging()["spec"]["adopt"], *ids]
    world.onboard(manifests.staging(audit=audit, adopt=adopt))
