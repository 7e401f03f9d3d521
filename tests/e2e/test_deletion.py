"""Access goes at once; what holds PHI stays unless the manifest says otherwise."""

from e2e import manifests
from e2e.careless.act import Target
from e2e.kinds import Object
from e2e.refusal import ABSENT, refused
from e2e.world import World


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


def test_deletion_policy_delete_removes_an_empty_bucket_and_keeps_the_key(world: World) -> None:
    world.onboard(manifests.tenant("shredded", "inbox", deletionPolicy="Delete"))
    target = Target.of(world, "shredded", "inbox")
    world.cluster.delete("ClientTenant", "shredded")
    world.cluster.wait_gone("ClientTenant", "shredded")

    with refused(*ABSENT):
        world.aws.s3.head_bucket(Bucket=target.bucket_name)
    with refused(*ABSENT):
        world.aws.sqs.get_queue_url(QueueName=target.queue_name)
    key = world.aws.kms.describe_key(KeyId=target.key_arn)["KeyMetadata"]
    assert key["KeyState"] == "Enabled"


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
