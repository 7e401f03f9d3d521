"""`kubectl cloister why` of an application: what nobody has written yet, and why its pods do not start."""

from collections.abc import Iterator

import pytest

from e2e import manifests
from e2e.kinds import Object
from e2e.served import Served
from e2e.waiting import until
from e2e.warehouse import Warehouse
from e2e.world import World
from plugin.conftest import TENANT
from plugin.kubectl import Kubectl

SIGN_IN = {"issuer": "https://login.example.org"}
USER = f"IAMR:cloister-{TENANT}-app-desk"


@pytest.fixture(scope="module")
def app(world: World, warehouse: Warehouse) -> Iterator[Served]:
    warehouse.make("visits")
    served = Served(world, TENANT, "desk")
    world.cluster.apply(manifests.app("desk", TENANT, data={"schema": "visits", "role": "analyst"}))
    yield served
    world.cluster.delete("AnalyticsApp", "desk", TENANT)
    world.cluster.wait_gone("AnalyticsApp", "desk", TENANT)
    world.cluster.patch("Environment", "production", {"spec": {"signIn": None}})


def test_one_screen_tells_what_is_to_be_written(world: World, kubectl: Kubectl, app: Served) -> None:
    until("it misses its role", app.message, lambda told: "has no role analyst" in told)
    said = kubectl.why(f"app/desk -n {TENANT}")
    for what in (
        "Environment production names no identity provider  [",
        "RedshiftSchema visits has no role analyst  [",
        "Secret desk-sign-in does not exist  [",
    ):
        assert what in said, said
    for next_ in (
        "set spec.signIn of it, such as {issuer: https://login.example.org}",
        f'declare it there, with members ["{USER}"] and grants of USAGE and SELECT alone, or correct spec.data.role',
        "write the client's secret into its key client-secret, or correct spec.signIn.secretName",
    ):
        assert f"AnalyticsApp/{TENANT}/desk: {next_}\n" in said, said
    # Who asks for the tenant is led there.
    assert "RedshiftSchema visits has no role analyst" in kubectl.why(TENANT)


def test_what_is_said_is_enough_to_come_to_the_pods(
    world: World, kubectl: Kubectl, app: Served, warehouse: Warehouse
) -> None:
    world.cluster.patch("Environment", "production", {"spec": {"signIn": SIGN_IN}})
    role: Object = {"name": "analyst", "grants": [{"object": "ALL TABLES", "privileges": ["SELECT"]}]}
    warehouse.declare("visits", roles=[role])
    until("its certificate is missing", app.message, lambda told: "Secret desk-tls" in told)
    said = kubectl.why(f"app/desk -n {TENANT}")
    assert f"AnalyticsApp/{TENANT}/desk: make it with kubectl create secret tls, or correct spec.tls" in said
    app.write_secrets()
    until("its user is no member", app.message, lambda told: "lacks the application's user" in told)
    said = kubectl.why(f"app/desk -n {TENANT}")
    assert f'AnalyticsApp/{TENANT}/desk: add "{USER}" to its members\n' in said
    warehouse.declare("visits", roles=[role | {"members": [USER]}])

    until("there are pods", app.pods, lambda pods: len(pods) == 2, timeout=30)
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}}
    one: Object = {"name": "app", "image": "x", "imageID": "", "ready": False, "restartCount": 0, "state": waiting}

    def on_a_node_that_cannot_pull() -> str:
        for pod in app.pods():
            placed = {"type": "PodScheduled", "status": "True"}
            told = {"conditions": [placed], "containerStatuses": [one]}
            world.cluster.set_status("Pod", pod["metadata"]["name"], told, TENANT)
        return app.message()

    until("they are told of", on_a_node_that_cannot_pull, lambda told: "ImagePullBackOff" in told)
    said = kubectl.why(f"app/desk -n {TENANT}")
    assert "0 of 2 pods are ready: container app: ImagePullBackOff  [" in said, said
    assert "see that the image is in its registry by that digest" in said and "or correct spec.image\n" in said
    assert f"    $ kubectl describe pods -n {TENANT} -l cloister.dev/app=desk\n" in said
    app.wait_ready()
    assert "it waits for nothing" in kubectl.why(f"app/desk -n {TENANT}")
