"""Argo CD's engine syncs the examples, and finds no difference afterwards."""

import pytest
import yaml

from argocd.applications import HEALTHY, SERVER_SIDE, application, wait
from argocd.engine import Application
from e2e.kinds import is_ready
from e2e.world import EXAMPLES, World


def first_ready(world: World, name: str) -> str:
    """In whole seconds, as creations are told."""
    return str(min(event["eventTime"] for event in world.cluster.events(name, "Ready"))).partition(".")[0] + "Z"


def test_the_examples_are_synced_wave_by_wave(world: World, examples: Application) -> None:
    tenant = world.cluster.get("ClientTenant", "acme-health")
    bucket = world.cluster.get("IngestBucket", "extra", "acme-health")
    assert first_ready(world, "production") <= tenant["metadata"]["creationTimestamp"]
    assert first_ready(world, "acme-health") <= bucket["metadata"]["creationTimestamp"]

    seen = wait(examples, lambda seen: seen.health("IngestBucket/extra") == HEALTHY)
    assert {name: seen.health(name) for name in seen.objects} == dict.fromkeys(seen.objects, HEALTHY)
    assert is_ready(world.cluster.get("IngestBucket", "extra", "acme-health"))


def test_what_the_operator_makes_is_shown_and_not_counted(world: World, examples: Application) -> None:
    assert world.cluster.find("IngestBucket", "landing", "acme-health")
    seen = examples.compare()
    assert set(seen.objects) == {"Environment/production", "ClientTenant/acme-health", "IngestBucket/extra"}
    # Of a cluster-scoped owner this engine shows only what is cluster-scoped.
    assert "Namespace/acme-health" in seen.children


@pytest.mark.parametrize("options", [SERVER_SIDE, ("--server-side-apply",)], ids=["server-diff", "merge-diff"])
def test_a_second_sync_has_nothing_to_do(world: World, examples: Application, options: tuple[str, ...]) -> None:
    app = Application(world.platform.kubeconfig, "examples", options)
    app.commit({file.stem: file.read_text() for file in examples.repository.glob("*.yaml")})
    seen = app.compare()
    assert set(seen.states.values()) == {"Synced"}
    before = [world.cluster.get(each["kind"], each["name"], each["namespace"]) for each in seen.objects.values()]
    since = world.calls.mark("second sync")
    assert app.sync().phase == "Succeeded"
    assert set(app.compare().states.values()) == {"Synced"}
    for was in before:
        meta = was["metadata"]
        now = world.cluster.get(was["kind"], meta["name"], meta.get("namespace", ""))
        assert now["metadata"]["generation"] == meta["generation"]
    # The Data API's calls are all called changes.
    assert [c.line for c in world.calls.since(since) if c.changes and c.service != "redshift-data"] == []


def test_a_change_of_the_manifest_is_all_that_differs(examples: Application) -> None:
    changed = yaml.safe_load((EXAMPLES / "acme-health.yaml").read_text())
    del changed["spec"]["ingestBuckets"][0]["uploaders"]
    app = Application(examples.kubeconfig, "examples", SERVER_SIDE)
    app.commit({f.stem: f.read_text() for f in examples.repository.glob("*.yaml")} | {"acme-health": changed})
    seen = app.compare()
    assert [name for name, state in seen.states.items() if state != "Synced"] == ["ClientTenant/acme-health"]


def test_client_side_apply_comes_to_rest_too(world: World) -> None:
    """Argo CD's default. What the API server fills into items of lists is no difference."""
    manifest = yaml.safe_load((EXAMPLES / "acme-health.yaml").read_text())
    manifest["metadata"] = {"name": "clientside"}
    manifest["spec"]["paused"] = True
    app = application(world, "client-side", "--server-side-apply=false")
    app.commit({"tenant": manifest})
    assert app.sync().phase == "Succeeded"
    before = world.cluster.get("ClientTenant", "clientside")
    assert before["spec"]["ingestBuckets"][0]["writeOnce"] is False  # a default, within a list
    assert app.compare().states == {"ClientTenant/clientside": "Synced"}
    assert app.sync().phase == "Succeeded"
    now = world.cluster.get("ClientTenant", "clientside")
    assert now["metadata"]["generation"] == before["metadata"]["generation"]
