"""The last act: the client's analysts look at the claims, in a browser, through the door."""

import base64
import gzip
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from claims.generate import claims
from playwright.sync_api import expect

from browser.chromium import SCREENSHOTS, Person, chromium
from demo.load import ROWS
from demo.show import heading, line, plain
from e2e.account import AUDIT, Account
from e2e.careless import Target
from e2e.kinds import Object, condition, is_ready
from e2e.waiting import until
from e2e.world import EXAMPLES, World
from local import serving
from local.provider import Provider

# Browsers take it for this machine without being told.
HOST, CLIENT, ROUTE = "claims.localhost", "acme-claims", "/claims/:id"
_PATIENCE = 120.0
_REPLICAS = 2
_SHIPPED_EVERY = 30.0


def tell(world: World, target: Target) -> int:
    """How much was not as it should be."""
    heading("The client's analysts look at the claims, in a browser")
    clock = _Clock()
    pki, provider = serving.provider(world.platform.directory, world.platform.processes)
    balancer = serving.Balancer(world.platform.processes)
    secret = provider.app(CLIENT, balancer.origin(HOST))
    _declare(world, target, provider, pki.authority)
    _keep_secrets(world, target.tenant, secret, pki.host("claims", HOST))
    world.cluster.apply(_app(target.tenant))
    clock.line("kubectl apply -f examples/claims-dashboard/app.yaml, its Secrets, signIn of the Environment")
    _wait(world, target.tenant)
    pods = until("as many pods as declared", lambda: _pods(world, target.tenant), lambda now: len(now) == _REPLICAS)
    nodes = {pod["spec"]["nodeName"] for pod in pods}
    strange = nodes - _nodes(world, target.tenant)
    where = f"on {len(nodes)} of the tenant's own nodes, {len(strange)} elsewhere"
    clock.line(f"Ready: {len(pods)} pods, the door in each, {where}")
    balancer.start(pods)
    _visit(provider, balancer.origin(HOST), clock)
    wrong = len(strange) + _recorded(world, clock) + _told(world)
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


def _visit(provider: Provider, origin: str, clock: "_Clock") -> None:
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


@contextmanager
def _person(browser: Any, origin: str, provider: Provider) -> Iterator[Person]:
    person = Person(browser, (origin, provider.issuer))
    yield person
    person.context.close()
    assert person.strange == [], f"a page asked for {person.strange}"


def _recorded(world: World, clock: "_Clock") -> int:
    """In the audit account, which the operator's own account cannot change."""
    (opened,) = until("the access log", lambda: _opened(world), timeout=_SHIPPED_EVERY + 15)[:1]
    clock.line("the access log is in the audit account's bucket, with pseudonyms that the tenant's key tells")
    plain(f"      {opened['user']} {opened['method']} {opened['route']} {opened['status']}: {opened['records'][0]}")
    return 0 if opened["user"] == "amy" else 1


def _opened(world: World) -> list[dict[str, Any]]:
    return [each for each in _lines(world) if each["route"] == ROUTE and each["records"]]


def _lines(world: World) -> list[dict[str, Any]]:
    s3, lines = Account(world.endpoints, AUDIT).s3, []
    bucket = world.cluster.get("Environment", "production")["spec"]["audit"]["bucket"]
    for each in s3.list_objects_v2(Bucket=bucket, Prefix="app-access/").get("Contents", []):
        body = s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
        lines += [json.loads(line) for line in gzip.decompress(body).splitlines()]
    return lines


def _told(world: World) -> int:
    """Nothing of a claim is in what all of this has written down: logs, events, statuses, the access log."""
    objects = [world.cluster.every(kind, "acme-health") for kind in ("AnalyticsApp", "Event", "Pod", "EtlPipeline")]
    told = json.dumps([_lines(world), objects, world.cluster.every("ClientTenant")]) + world.operator.metrics()
    logs = world.platform.directory / "logs"
    # The emulator and its warehouse keep the data themselves.
    files = [*logs.rglob("pods/**/*.log"), world.operator.log, logs / "sign-in.log", logs / "audit.jsonl"]
    text = told + "".join(file.read_text(errors="replace") for file in files)
    values = [row[name] for row in claims(seed=7, rows=ROWS) for name in ("claim_id", "member_id", "member_name")]
    found = sum(value in text for value in values)
    mark = "✗" if found else "✓"
    plain(f"  {mark} {found} of {len(values)} names and numbers of claims are in any log, event, metric or status")
    return found


class _Clock:
    def __init__(self) -> None:
        self._since = time.monotonic()

    def line(self, text: str) -> None:
        now = time.monotonic()
        line(text, now - self._since)
        self._since = now
