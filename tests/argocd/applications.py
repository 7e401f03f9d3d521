"""What the tests commit, and how they wait for what becomes of it."""

import time
from collections.abc import Callable

from argocd.engine import Application, Report
from e2e.kinds import Object
from e2e.waiting import SLACK
from e2e.world import World

WAVE, OPTIONS = "argocd.argoproj.io/sync-wave", "argocd.argoproj.io/sync-options"
# As the ApplicationSet has it.
SERVER_SIDE = ("--server-side-apply", "--server-side-diff")
HEALTHY = ("Healthy", "everything is as declared")


def application(world: World, name: str, *options: str) -> Application:
    return Application(world.platform.kubeconfig, name, options or SERVER_SIDE)


def annotated(manifest: Object, **annotations: str) -> Object:
    named = {WAVE if name == "wave" else OPTIONS: value for name, value in annotations.items()}
    return manifest | {"metadata": manifest["metadata"] | {"annotations": named}}


def inbox(tenant: str, *, wave: str = "0", **spec: object) -> Object:
    meta = {"name": "extra", "namespace": tenant}
    manifest = {"apiVersion": "cloister.dev/v1alpha1", "kind": "IngestBucket", "metadata": meta, "spec": spec}
    return annotated(manifest, wave=wave)


def wait(app: Application, holds: Callable[[Report], bool], seconds: float = 60) -> Report:
    deadline = time.monotonic() + seconds * SLACK
    while True:
        seen = app.compare()
        if holds(seen):
            return seen
        assert time.monotonic() < deadline, seen.raw
