"""What Argo CD says of an object while it is not well, and what that does to a sync."""

import json

from argocd.applications import HEALTHY, annotated, application, inbox, wait
from argocd.engine import CUSTOMIZATIONS, Application, run_scripts
from e2e import manifests
from e2e.kinds import condition
from e2e.world import World


def test_a_new_generation_is_not_healthy_before_the_operator_has_seen_it(world: World, examples: Application) -> None:
    app = application(world, "unseen")
    app.commit({"tenant": manifests.tenant("unseen")})
    assert app.sync().phase == "Succeeded"
    wait(app, lambda seen: seen.health("ClientTenant/unseen") == HEALTHY)
    world.operator.kill()
    app.commit({"tenant": manifests.tenant("unseen", displayName="Unseen Still")})
    done = app.sync()
    assert condition(world.cluster.get("ClientTenant", "unseen"), "Ready")["status"] == "True"  # of the old one
    unseen = ("Progressing", "the operator has not looked at this generation yet")
    assert (done.phase, done.health("ClientTenant/unseen")) == ("Succeeded", unseen)
    world.operator.restart()
    wait(app, lambda seen: seen.health("ClientTenant/unseen") == HEALTHY)


def test_degraded_says_why_and_ends_the_sync(world: World, examples: Application) -> None:
    may = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    world.aws.iam.create_role(RoleName="cloister-taken-etl", AssumeRolePolicyDocument=trust)
    app = application(world, "taken")
    app.commit(
        {
            "tenant": annotated(manifests.tenant("taken"), wave="1"),
            "bucket": inbox("taken", wave="2"),
        }
    )
    done = app.sync()
    assert done.phase == "Failed"
    assert done.waves == [1]
    status, why = done.health("ClientTenant/taken")
    assert status == "Degraded"
    assert why.startswith("iam-role/cloister-taken-etl exists and is not ours")
    assert why in done.results["ClientTenant/taken"]["message"]
    assert done.states["IngestBucket/extra"] == "Missing"


def test_an_invalid_manifest_says_what_to_write(world: World, examples: Application) -> None:
    """Either the API server refuses it, or, where the definitions cannot say it, the operator does."""
    app = application(world, "mistaken")
    app.commit({"tenant": manifests.tenant("mistaken", adopt=["iam-role/cloister-other-etl"])})
    done = app.sync()
    assert done.phase == "Failed"
    assert "write kms-key/alias/cloister/TENANT" in done.message

    loads = manifests.pipeline("load", "", "inbox", trigger={"schedule": {"cron": "61 * * * *"}})["spec"]
    app.commit({"tenant": manifests.tenant("mistaken", "inbox", pipelines=[{"name": "load", **loads}])})
    assert app.sync().phase == "Succeeded"  # the last wave is not waited for
    seen = wait(app, lambda seen: seen.health("ClientTenant/mistaken")[0] != "Progressing")
    status, why = seen.health("ClientTenant/mistaken")
    assert status == "Degraded"
    assert why.startswith("spec.pipelines[0].trigger.schedule.cron: ")


def act(world: World, action: str) -> None:
    """As a person does by Argo CD's action, of which Git knows nothing."""
    script = (CUSTOMIZATIONS / "cloister.dev" / "ClientTenant" / "actions" / action / "action.lua").read_text()
    before = world.cluster.get("ClientTenant", "resting")
    (answer,) = run_scripts([{"script": script, "object": before}])
    world.cluster.patch("ClientTenant", "resting", {"spec": answer["result"]["spec"]})


def test_paused_is_suspended(world: World, examples: Application) -> None:
    app = application(world, "resting")
    app.commit({"tenant": manifests.tenant("resting", paused=True)})
    assert app.sync().phase == "Succeeded"
    assert app.compare().health("ClientTenant/resting")[0] == "Suspended"
    app.commit({"tenant": manifests.tenant("resting")})
    assert app.sync().phase == "Succeeded"
    wait(app, lambda seen: seen.health("ClientTenant/resting") == HEALTHY)
    act(world, "pause")
    seen = app.compare()
    assert seen.states == {"ClientTenant/resting": "Synced"}
    assert seen.health("ClientTenant/resting")[0] == "Suspended"
    act(world, "resume")
    wait(app, lambda seen: seen.health("ClientTenant/resting") == HEALTHY)


def test_a_difference_that_is_left_is_degraded(world: World, examples: Application) -> None:
    app = application(world, "lenient")
    tenant = annotated(manifests.tenant("lenient"), wave="1")
    app.commit({"tenant": tenant, "bucket": inbox("lenient", wave="2", driftPolicy="Report")})
    assert app.sync().phase == "Succeeded"
    wait(app, lambda seen: seen.health("IngestBucket/extra") == HEALTHY)
    bucket = world.cluster.get("IngestBucket", "extra", "lenient")["status"]["bucketName"]
    world.aws.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    seen = wait(app, lambda seen: seen.health("IngestBucket/extra")[0] == "Degraded")
    why = f"s3-bucket/{bucket} differs; driftPolicy is Report, so it is left"
    assert seen.health("IngestBucket/extra") == ("Degraded", why)
    assert set(seen.states.values()) == {"Synced"}
