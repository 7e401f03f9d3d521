"""The last act: the client's analysts look at the claims, in a browser, through the door."""

import base64
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import expect

from browser import access
from browser.access import Request
from browser.chromium import SCREENSHOTS, Person, chromium
from demo.load import ROWS
from demo.show import Clock, heading, plain
from demo.traces import HOST, passed, recorded, written
from e2e.careless import Target
from e2e.kinds import Object, condition, is_ready
from e2e.waiting import until
from e2e.world import EXAMPLES, World
from local import serving
from local.provider import Provider
from upload.api.server import UploadApi

CLIENT = "acme-claims"
_PATIENCE = 120.0
_REPLICAS = 2


def tell(world: World, target: Target, api: UploadApi) -> int:
    """How much was not as it should be."""
    heading("The client's analysts look at the claims, in a browser")
    clock = Clock()
    pki, provider = serving.provider(world.platform.directory, world.platform.processes)
    balancer = serving.Balancer(world.platform.processes, world.platform.directory / "wire")
    secret = provider.app(CLIENT, balancer.origin(HOST))
    _declare(world, target, provider, pki.authority)
    pair = pki.host("claims", HOST)
    _keep_secrets(world, target.tenant, secret, pair)
    world.cluster.apply(_app(target.tenant))
    clock.line("kubectl apply -f examples/claims-dashboard/app.yaml, its Secrets, signIn of the Environment")
    _wait(world, target.tenant)
    pods = until("as many pods as declared", lambda: _pods(world, target.tenant), lambda now: len(now) == _REPLICAS)
    nodes = {pod["spec"]["nodeName"] for pod in pods}
    strange = nodes - _nodes(world, target.tenant)
    where = f"on {len(nodes)} of the tenant's own nodes, {len(strange)} elsewhere"
    clock.line(f"Ready: {len(pods)} pods, the door in each, {where}")
    balancer.start(pods)
    asked = _visit(provider, balancer.origin(HOST), clock)
    wrong = len(strange) + passed(balancer, pair[0], clock) + recorded(world, asked, clock)
    wrong += written(world, target.tenant, pods, api)
    plain(f"  {balancer.origin(HOST)}/  (amy, amy-password, code 123456; the certificate is the demo's own)")
    plain(f"  Pictures: {SCREENSHOTS.relative_to(Path(__file__).resolve().parents[2])}/demo-*.png")
    return wrong + len(world.calls.violations())


def _declare(world: World, target: Target, provider: Provider, authority: Path) -> None:
    sign_in = {"issuer": provider.issuer, "caBundle": authority.read_text()}
    world.cluster.patch("Environment", "production", {"spec": {"signIn": sign_in}})
    schemas = world.cluster.get("ClientTenant", target.tenant)["spec"]["schemas"]
    for role in schemas[0]["roles"]:
        if role["name"] == "analyst":
            role["members"] = [f"IAMR:cloister-{target.tenant}-app-claims"]
    world.cluster.patch("ClientTenant", target.tenant, {"spec": {"schemas": schemas}})


def _keep_secrets(world: World, tenant: str, secret: str, pair: tuple[Path, Path]) -> None:
    certificate, key = pair
    tls = {"tls.crt": certificate.read_bytes(), "tls.key": key.read_bytes()}
    for name, kind, data in (
        ("claims-sign-in", "Opaque", {"client-secret": secret.encode()}),
        ("claims-tls", "kubernetes.io/tls", tls),
    ):
        encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
        meta = {"name": name, "namespace": tenant}
        world.cluster.apply({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": kind, "data": encoded})


def _app(tenant: str) -> Object:
    app: Object = yaml.safe_load((EXAMPLES / "claims-dashboard" / "app.yaml").read_text())
    assert app["metadata"]["namespace"] == tenant
    app["spec"]["host"] = HOST
    assert app["spec"].get("replicas", _REPLICAS) == _REPLICAS
    return app


def _wait(world: World, tenant: str) -> None:
    said = ""
    for app in world.cluster.follow("AnalyticsApp", "claims", tenant, timeout=_PATIENCE):
        if is_ready(app):
            return
        said = (app or {}).get("status", {}).get("message", "") or said
    raise AssertionError(f"the application is not Ready after {_PATIENCE:.0f} s: {said}")


def _pods(world: World, tenant: str) -> list[Object]:
    found = world.cluster.every("Pod", tenant)
    of_app = [pod for pod in found if pod["metadata"].get("labels", {}).get("cloister.dev/app") == "claims"]
    # While one takes the place of another, there are more.
    return [pod for pod in of_app if "deletionTimestamp" not in pod["metadata"] and _serves(pod)]


def _serves(pod: Object) -> bool:
    return condition(pod, "Ready").get("status") == "True"


def _nodes(world: World, tenant: str) -> set[str]:
    labelled = [node["metadata"] for node in world.cluster.every("Node")]
    return {meta["name"] for meta in labelled if meta["labels"].get("cloister.dev/tenant") == tenant}


def _visit(provider: Provider, origin: str, clock: Clock) -> Counter[Request]:
    """What the two browsers asked for, and had answered."""
    with (
        chromium(HOST) as browser,
        _person(browser, origin, provider) as amy,
        _person(browser, origin, provider) as ben,
    ):
        amy.sign_in(origin, "amy")
        amy.second_factor()
        expect(amy.page.locator("#total-claims")).to_have_text(str(ROWS))
        amy.picture("demo-1-dashboard")
        clock.line(f"amy signs in at the identity provider, with a second factor: the dashboard, {ROWS} claims")
        amy.page.get_by_role("link", name="All claims").click()
        amy.page.locator("table.claims a").first.click()
        expect(amy.page.get_by_text("has been recorded")).to_be_visible()
        amy.picture("demo-2-one-claim")
        clock.line("she opens one of them")
        amy.page.locator("details.viewer summary").click()
        amy.page.get_by_role("button", name="Sign out", exact=True).click()
        amy.page.get_by_role("button", name="Yes, sign me out").click()
        amy.page.goto(f"{origin}/claims")
        expect(amy.page.get_by_label("User name")).to_be_visible()
        clock.line("and signs out: the page leads to sign-in again")
        ben.sign_in(origin, "ben", "/claims")
        ben.second_factor()
        expect(ben.page.get_by_role("heading", name="This application is not for you")).to_be_visible()
        clock.line("ben, of another tenant, is refused")
    return access.asked(amy.asked(origin) + ben.asked(origin))


@contextmanager
def _person(browser: Any, origin: str, provider: Provider) -> Iterator[Person]:
    person = Person(browser, (origin, provider.issuer))
    yield person
    person.context.close()
    assert person.strange == [], f"a page asked for {person.strange}"
