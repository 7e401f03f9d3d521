"""What is not ours is left alone, and what holds PHI stays."""

import json

import pytest

from e2e import manifests
from e2e.account import Account
from e2e.careless.act import EVERYTHING, Target
from e2e.kinds import Object, condition, is_ready
from e2e.refusal import ABSENT, refused
from e2e.waiting import until
from e2e.world import World

_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


def _is_stalled(found: Object | None) -> bool:
    return condition(found or {}, "Stalled").get("status") == "True"


def _stalled(world: World, kind: str, name: str, namespace: str = "") -> str:
    """Waits until a person has to do something; what that is."""
    found = world.cluster.wait(kind, name, _is_stalled, namespace)
    assert found is not None
    assert condition(found, "Ready")["status"] == "False"
    assert condition(found, "Stalled")["reason"] == "Foreign"
    message: str = found["status"]["message"]
    return message


def _make_bucket(aws: Account, name: str) -> None:
    aws.s3.create_bucket(Bucket=name)
    tags = [{"Key": "team", "Value": "others"}]
    aws.s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})  # type: ignore[typeddict-item]


def test_a_foreign_bucket_is_left_untouched_until_adoption_is_asked_for(world: World) -> None:
    name = "somebody-elses-data"
    _make_bucket(world.aws, name)
    since = world.calls.mark("foreign bucket")
    world.cluster.apply(manifests.tenant("squatter", {"name": "inbox", "bucketName": name}))

    message = _stalled(world, "IngestBucket", "inbox", "squatter")

    assert f"s3-bucket/{name} exists and is not ours" in message
    assert "set spec.adopt" in message
    changed = [c.line for c in world.calls.since(since) if c.mutating and c.resource == name]
    assert changed == []

    inline = {"name": "inbox", "bucketName": name, "adopt": True}
    world.onboard(manifests.tenant("squatter", inline))
    tags = {t["Key"]: t["Value"] for t in world.aws.s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    assert tags["team"] == "others"
    assert tags["cloister.dev/tenant"] == "squatter"
    assert world.aws.s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"


def test_a_foreign_role_is_left_untouched_until_adoption_is_asked_for(world: World) -> None:
    role = "cloister-usurper-etl"
    world.aws.iam.create_role(RoleName=role, Path="/cloister/", AssumeRolePolicyDocument=_TRUST)
    since = world.calls.mark("foreign role")
    world.cluster.apply(manifests.tenant("usurper", "inbox"))

    message = _stalled(world, "ClientTenant", "usurper")

    assert f"iam-role/{role} exists and is not ours" in message
    assert f"add iam-role/{role} to spec.adopt" in message
    changed = [c.line for c in world.calls.since(since) if c.mutating and c.resource == role]
    assert changed == []

    world.onboard(manifests.tenant("usurper", "inbox", adopt=[f"iam-role/{role}"]))
    trust = world.aws.iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    assert "ec2.amazonaws.com" not in json.dumps(trust)


def test_a_foreign_key_is_left_untouched_until_adoption_is_asked_for(world: World) -> None:
    alias = "alias/cloister/heir"
    key = world.aws.kms.create_key(Policy=_key_policy(world))["KeyMetadata"]["KeyId"]
    world.aws.kms.create_alias(AliasName=alias, TargetKeyId=key)
    since = world.calls.mark("foreign key")
    world.cluster.apply(manifests.tenant("heir", "inbox"))

    message = _stalled(world, "ClientTenant", "heir")

    assert f"kms-key/{alias} exists and is not ours" in message
    assert f"add kms-key/{alias} to spec.adopt" in message
    changed = [c.line for c in world.calls.since(since) if c.mutating and c.service == "kms"]
    assert changed == []

    tenant = world.onboard(manifests.tenant("heir", "inbox", adopt=[f"kms-key/{alias}"]))
    assert tenant["status"]["keyArn"].endswith(key)
    assert world.aws.kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


def _key_policy(world: World) -> str:
    policy = json.loads(EVERYTHING)
    root = {"AWS": f"arn:aws:iam::{world.aws.number}:root"}
    policy["Statement"][0] |= {"Principal": root, "Action": "kms:*"}
    return json.dumps(policy)


def test_deleting_a_tenant_takes_its_access_and_keeps_its_data(world: World) -> None:
    world.onboard(manifests.tenant("leaver", "inbox"))
    target = Target.of(world, "leaver", "inbox")
    world.cluster.delete("ClientTenant", "leaver")
    world.cluster.wait_gone("ClientTenant", "leaver")

    assert world.aws.kms.describe_key(KeyId=target.key_arn)["KeyMetadata"]["KeyState"] == "Enabled"
    assert world.aws.s3.get_bucket_versioning(Bucket=target.bucket_name)["Status"] == "Enabled"
    assert world.aws.s3.get_bucket_policy(Bucket=target.bucket_name)["Policy"]
    for purpose in ("uploader", "etl", "warehouse"):
        with refused(*ABSENT):
            world.aws.iam.get_role(RoleName=target.role(purpose))
    with refused(*ABSENT):
        world.aws.iam.get_policy(PolicyArn=target.policy_arn("boundary"))
    world.cluster.wait_gone("Namespace", "leaver")


def test_deletion_policy_delete_removes_an_empty_bucket_and_schedules_the_key(world: World) -> None:
    world.onboard(manifests.tenant("shredded", "inbox", deletionPolicy="Delete"))
    target = Target.of(world, "shredded", "inbox")
    world.cluster.delete("ClientTenant", "shredded")
    world.cluster.wait_gone("ClientTenant", "shredded")

    with refused(*ABSENT):
        world.aws.s3.head_bucket(Bucket=target.bucket_name)
    with refused(*ABSENT):
        world.aws.sqs.get_queue_url(QueueName=target.queue_name)
    key = world.aws.kms.describe_key(KeyId=target.key_arn)["KeyMetadata"]
    assert key["KeyState"] == "PendingDeletion"
    assert round((key["DeletionDate"] - key["CreationDate"]).total_seconds() / 86400) == 30


def test_a_bucket_that_is_not_empty_blocks_its_deletion_and_loses_nothing(world: World) -> None:
    world.onboard(manifests.tenant("hoarder", "inbox", deletionPolicy="Delete"))
    target = Target.of(world, "hoarder", "inbox")
    uploader = world.aws.as_role(target.role("uploader"))
    named = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": target.key_arn}
    uploader.s3.put_object(Bucket=target.bucket_name, Key="kept.csv", Body=b"PHI", **named)  # type: ignore[arg-type]
    world.cluster.delete("ClientTenant", "hoarder")

    def is_told(found: Object | None) -> bool:
        return "not empty" in (found or {}).get("status", {}).get("message", "")

    world.cluster.wait("IngestBucket", "inbox", is_told, "hoarder")
    world.cluster.wait("ClientTenant", "hoarder", is_told)
    versions = world.aws.s3.list_object_versions(Bucket=target.bucket_name)["Versions"]
    assert [version["Key"] for version in versions] == ["kept.csv"]
    assert world.aws.kms.describe_key(KeyId=target.key_arn)["KeyMetadata"]["KeyState"] == "Enabled"

    # Once it is emptied the deletion goes on by itself.
    for version in versions:
        world.aws.s3.delete_object(Bucket=target.bucket_name, Key=version["Key"], VersionId=version["VersionId"])
    world.cluster.wait_gone("ClientTenant", "hoarder", timeout=60)


def test_a_namespace_deleted_by_hand_harms_nothing_and_is_made_anew(world: World) -> None:
    world.onboard(manifests.tenant("phoenix", "inbox", deletionPolicy="Delete"))
    target = Target.of(world, "phoenix", "inbox")
    before = world.cluster.get("Namespace", "phoenix")["metadata"]["uid"]
    since = world.calls.mark("namespace deleted by hand")
    world.cluster.delete("Namespace", "phoenix")

    def is_another(found: Object | None) -> bool:
        return found is not None and found["metadata"]["uid"] != before

    world.cluster.wait("Namespace", "phoenix", is_another, timeout=60)
    world.cluster.wait_ready("IngestBucket", "inbox", "phoenix")
    world.cluster.wait_ready("ClientTenant", "phoenix")
    assert Target.of(world, "phoenix", "inbox") == target
    mutating = [call.line for call in world.calls.since(since) if call.mutating and "phoenix" in call.resource]
    assert mutating == []


def test_a_bucket_removed_from_the_manifest_keeps_its_data(world: World) -> None:
    world.onboard(manifests.tenant("mover", "first", "second"))
    target = Target.of(world, "mover", "second")
    world.cluster.apply(manifests.tenant("mover", "first"))
    world.cluster.wait_gone("IngestBucket", "second", "mover")
    world.cluster.wait_ready("ClientTenant", "mover")
    assert world.aws.s3.get_bucket_versioning(Bucket=target.bucket_name)["Status"] == "Enabled"
    assert world.aws.s3.get_bucket_policy(Bucket=target.bucket_name)["Policy"]


def test_a_namespace_of_somebody_else_is_not_taken(world: World) -> None:
    world.cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "taken"}})
    world.cluster.apply(manifests.tenant("taken", "inbox"))
    assert "namespace/taken exists and is not ours" in _stalled(world, "ClientTenant", "taken")
    assert "cloister.dev/tenant" not in world.cluster.get("Namespace", "taken")["metadata"]["labels"]
    # The way out that the message tells.
    world.cluster.delete("Namespace", "taken")
    world.cluster.wait_ready("ClientTenant", "taken", timeout=60)


@pytest.mark.parametrize("spec", [{"driftPolicy": "Report"}, {"paused": True}], ids=["report", "paused"])
def test_drift_is_reported_and_left_where_the_manifest_says_so(world: World, spec: Object) -> None:
    name = f"watched-{next(iter(spec)).lower()}"
    world.onboard(manifests.tenant(name, "inbox"))
    world.cluster.apply(manifests.tenant(name, "inbox", **spec))
    world.cluster.wait_ready("ClientTenant", name)
    target = Target.of(world, name, "inbox")
    since = world.calls.mark(name)
    world.aws.s3.put_bucket_versioning(Bucket=target.bucket_name, VersioningConfiguration={"Status": "Suspended"})

    def is_told(found: Object | None) -> bool:
        return condition(found or {}, "Drifted").get("status") == "True"

    told = world.cluster.wait("IngestBucket", "inbox", is_told, name)
    assert told is not None
    assert not is_ready(told)
    assert told["status"]["drift"] == 1
    assert told["status"]["recentDrift"][0]["remedy"] == "Reported"
    assert "left" in told["status"]["message"]
    changed = [c.line for c in world.calls.since(since) if c.mutating and c.resource == target.bucket_name]
    assert changed == []
    assert world.aws.s3.get_bucket_versioning(Bucket=target.bucket_name)["Status"] == "Suspended"

    world.cluster.apply(manifests.tenant(name, "inbox"))
    until(
        "it is put right",
        lambda: world.aws.s3.get_bucket_versioning(Bucket=target.bucket_name)["Status"] == "Enabled",
    )
