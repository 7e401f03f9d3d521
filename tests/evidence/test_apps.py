"""What the issue names of an application: broken by hand it is red in the evidence until it is put right."""

import json
from collections.abc import Callable

import pytest

from e2e.kinds import Object
from e2e.waiting import until
from e2e.world import World
from evidence.apps import APP, BALANCER, door, image
from evidence.conftest import GOOD
from evidence.verb import TENANT, asleep, look, run

CERTIFICATE = f"{BALANCER}ssl-cert"
EVIL = "registry.example/evil@sha256:" + "e" * 64


def _longer(live: Object) -> Object:
    return door(live, lambda told: told["sessions"].update(idleSeconds=86400))


def _unrecorded(live: Object) -> Object:
    return door(live, lambda told: told.pop("accessLog"))


_BREAKS: dict[str, tuple[str, Callable[[Object], Object]]] = {
    "TLS ended before": ("Service", lambda _: {"metadata": {"annotations": {CERTIFICATE: "arn"}}}),
    "another image": ("Deployment", lambda live: image(live, "app", EVIL)),
    "longer sessions": ("ConfigMap", _longer),
    "no access log": ("ConfigMap", _unrecorded),
}
_TELLS = {
    "TLS ended before": ("A1", f"metadata.annotations.{CERTIFICATE}"),
    "another image": ("A4", "spec.template.spec.containers.app.image"),
    "longer sessions": ("A2", "data.door.json.sessions.idleSeconds"),
    "no access log": ("A3", "data.door.json.accessLog.bucket"),
}


@pytest.mark.parametrize("what", list(_BREAKS))
def test_what_the_application_is_loosened_by_is_red_until_it_is_mended(world: World, what: str) -> None:
    (kind, change), (safeguard, field) = _BREAKS[what], _TELLS[what]
    name = f"app-{APP}-door" if kind == "ConfigMap" else f"app-{APP}"
    with asleep(world):
        world.cluster.patch(kind, name, change(world.cluster.get(kind, name, TENANT)), TENANT)
        seen = look(world)
    assert (seen.red, seen.code) == ({safeguard}, 2)
    assert (f"{kind.lower()}/{TENANT}/{name}", field) in seen.failing(safeguard)
    until("it is green again", lambda: look(world), lambda now: not now.red, timeout=30)


def test_the_plan_shows_an_application_as_the_pass_wants_it(world: World) -> None:
    done = run(world, "--live", "-o", "json", "-f", str(GOOD), verb="plan")
    assert done.returncode in (0, 2), done.stderr
    (found,) = [each for each in json.loads(done.stdout)["objects"] if each["object"] == f"AnalyticsApp/{TENANT}/{APP}"]
    assert {each["id"].partition("/")[0] for each in found["resources"]} >= {
        "deployment",
        "service",
        "configmap",
        "secret",
        "dynamodb-table",
        "iam-role",
        "iam-policy",
    }
    assert [
        (each["id"], each["differences"], each["steps"]) for each in found["resources"] if each["differences"]
    ] == []
