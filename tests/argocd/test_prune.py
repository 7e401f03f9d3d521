"""What is no longer in the repository goes only if it may, and never takes PHI along."""

from argocd.applications import HEALTHY, SERVER_SIDE, annotated, application, wait
from argocd.engine import Application
from e2e import manifests
from e2e.careless.act import Target
from e2e.refusal import ABSENT, refused
from e2e.world import World


def test_prune_keeps_phi(world: World, examples: Application) -> None:
    name = "pruned"
    app = application(world, name)
    app.commit({"tenant": manifests.tenant(name, "inbox", warehouse={"reboots": "AtOnce"})})
    assert app.sync().phase == "Succeeded"
    wait(app, lambda seen: seen.health(f"ClientTenant/{name}") == HEALTHY)
    assert app.compare().states == {f"ClientTenant/{name}": "Synced"}
    target = Target.of(world, name, "inbox")
    version = target.upload("claims.csv", b"PHI")

    app.commit({})
    assert app.compare().states == {f"ClientTenant/{name}": "Extra"}
    assert app.sync("--prune").phase == "Succeeded"
    world.cluster.wait_gone("ClientTenant", name)

    versions = world.aws.s3.list_object_versions(Bucket=target.bucket_name)["Versions"]
    assert version in [found["VersionId"] for found in versions]
    assert world.aws.kms.describe_key(KeyId=target.key_arn)["KeyMetadata"]["KeyState"] == "Enabled"
    clusters = world.aws.redshift.describe_clusters(ClusterIdentifier=target.warehouse)["Clusters"]
    assert [cluster["ClusterStatus"] for cluster in clusters] == ["available"]
    with refused(*ABSENT):
        world.aws.iam.get_role(RoleName=target.role("uploader"))

    # Back again, as README.md says.
    again = {"name": "inbox", "bucketName": target.bucket_name, "adopt": True}
    app.commit({"tenant": manifests.tenant(name, again, adopt=[f"kms-key/alias/cloister/{name}"])})
    assert app.sync().phase == "Succeeded"
    wait(app, lambda seen: seen.health(f"ClientTenant/{name}") == HEALTHY)
    assert Target.of(world, name, "inbox").key_arn == target.key_arn
    assert world.aws.s3.head_object(Bucket=target.bucket_name, Key="claims.csv")["VersionId"] == version


def test_annotations_hold_a_prune_back(world: World, examples: Application) -> None:
    app = application(world, "held", *SERVER_SIDE, "--tracking=label")
    kept = annotated(manifests.tenant("held-kept", "inbox"), options="Prune=false")
    asked = annotated(manifests.tenant("held-asked"), options="Prune=confirm")
    app.commit({"kept": kept, "asked": asked})
    assert app.sync().phase == "Succeeded"
    # Nothing that was made of them is taken for a part of the repository.
    seen = wait(app, lambda seen: {one["health"]["status"] for one in seen.objects.values()} == {"Healthy"})
    assert seen.states == {"ClientTenant/held-kept": "Synced", "ClientTenant/held-asked": "Synced"}

    app.commit({})
    waiting = app.sync("--prune", seconds=2)
    assert waiting.phase == "Running"
    assert waiting.message.startswith(
        "Waiting for pruning confirmation of cloister.dev/v1alpha1/ClientTenant/held-asked"
    )
    for name in ("held-kept", "held-asked"):
        assert "deletionTimestamp" not in world.cluster.get("ClientTenant", name)["metadata"]

    done = app.sync("--prune", "--prune-confirmed")
    assert done.results["ClientTenant/held-kept"]["status"] == "PruneSkipped"
    world.cluster.wait_gone("ClientTenant", "held-asked")
    assert "deletionTimestamp" not in world.cluster.get("ClientTenant", "held-kept")["metadata"]
