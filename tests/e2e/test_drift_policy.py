"""Drift that the manifest wants shown, not put right."""

import pytest

from e2e import manifests
from e2e.careless.act import Target
from e2e.kinds import Object, condition, is_ready
from e2e.waiting import until
from e2e.world import World


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
