"""States that were never observed: several changes are one event, or one list.

Sieve's "unobserved states": a controller that counts on seeing each state misses some of them.
"""

import pytest

from e2e.kinds import Object
from sieve.rig import SieveRig, ingest_bucket

_SERVICES = ["s3", "kms", "sqs", "redshift-data", "logs", "sts"]
_DELETING = ("DeleteBucket", "DeleteQueue")


def _deletions(rig: SieveRig, since: int) -> list[str]:
    return [call.line for call in rig.world.calls.since(since) if call.operation in _DELETING]


@pytest.mark.parametrize("merged", [False, True], ids=["late", "merged"])
def test_there_and_back_again_changes_nothing_in_aws(rig: SieveRig, merged: bool) -> None:
    name = rig.fresh("back")
    rig.apply(name, services=_SERVICES)
    rig.wait_ready(name)
    rig.rest()
    since = rig.world.calls.mark(name)
    rig.proxy.hold("ClientTenant")
    rig.edit(name, services=[*_SERVICES, "athena"])
    rig.edit(name, services=_SERVICES)
    rig.proxy.thaw(merged=merged)
    rig.wait_ready(name)
    assert rig.world.cluster.get("ClientTenant", name)["status"]["observedGeneration"] == 3
    assert rig.changes(since) == []


def _delete_bucket_at_once(rig: SieveRig, name: str) -> None:
    """With the finalizer taken away by hand, as people do who find an object stuck."""
    rig.world.cluster.delete("IngestBucket", "landing", name)
    rig.world.cluster.patch("IngestBucket", "landing", {"metadata": {"finalizers": None}}, name)
    rig.wait_bucket_gone(name)


@pytest.mark.parametrize("merged", [False, True], ids=["late", "merged"])
def test_a_bucket_made_anew_unseen_is_as_the_new_one_says_and_never_deleted(rig: SieveRig, merged: bool) -> None:
    """The tenant owns what stands in AWS, so both objects mean the same bucket."""
    name = rig.fresh("anew")
    rig.apply_with_bucket(name, {"deletionPolicy": "Delete"})
    since = rig.world.calls.mark(name)
    rig.proxy.hold("IngestBucket")
    _delete_bucket_at_once(rig, name)
    settings: Object = {"deletionPolicy": "Retain", "lifecycle": {"noncurrentDays": 77}}
    rig.world.cluster.apply(ingest_bucket(name, **settings))
    rig.proxy.thaw(merged=merged)
    rig.wait_bucket_ready(name)
    bucket = rig.world.cluster.get("IngestBucket", "landing", name)["status"]["bucketName"]
    rules = rig.world.aws.s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert 77 in [rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays") for rule in rules]
    assert _deletions(rig, since) == []


def test_a_bucket_whose_policy_became_retain_while_it_was_leaving_unseen_stands(rig: SieveRig) -> None:
    name = rig.fresh("mercy")
    rig.apply_with_bucket(name, {"deletionPolicy": "Delete"})
    since = rig.world.calls.mark(name)
    rig.proxy.hold("IngestBucket")
    rig.world.cluster.delete("IngestBucket", "landing", name)
    rig.world.cluster.patch("IngestBucket", "landing", {"spec": {"deletionPolicy": "Retain"}}, name)
    rig.proxy.thaw(merged=True)
    rig.wait_bucket_gone(name)
    assert _deletions(rig, since) == []


def test_a_bucket_seen_leaving_under_a_policy_of_the_past_stands(rig: SieveRig) -> None:
    name = rig.fresh("relent")
    rig.apply_with_bucket(name, {"deletionPolicy": "Delete"})
    since = rig.world.calls.mark(name)
    with rig.suspended():
        rig.world.cluster.delete("IngestBucket", "landing", name)
        past = rig.proxy.record("IngestBucket")
        rig.world.cluster.patch("IngestBucket", "landing", {"spec": {"deletionPolicy": "Retain"}}, name)
        rig.world.operator.kill()
    rig.restart_into(past)
    rig.wait_bucket_gone(name)
    assert _deletions(rig, since) == []


def test_a_namesake_of_a_bucket_seen_leaving_stands(rig: SieveRig) -> None:
    name = rig.fresh("heir")
    rig.apply_with_bucket(name, {"deletionPolicy": "Delete"})
    since = rig.world.calls.mark(name)
    with rig.suspended():
        rig.world.cluster.delete("IngestBucket", "landing", name)
        past = rig.proxy.record("IngestBucket")
        _delete_bucket_at_once(rig, name)
        rig.world.cluster.apply(ingest_bucket(name))
        rig.world.operator.kill()
    rig.restart_into(past)
    rig.wait_first_pass("IngestBucket")
    assert _deletions(rig, since) == []
    rig.proxy.thaw()
    rig.wait_bucket_ready(name)
    assert _deletions(rig, since) == []
