"""Applications on the real API server and its controllers. The test plays the node."""

import base64
import json
from collections.abc import Iterator
from functools import partial

import pytest

from e2e import manifests, rights
from e2e.cluster import RefusedError
from e2e.kinds import Object, condition
from e2e.operator import DOOR
from e2e.served import Served
from e2e.waiting import until
from e2e.world import World

TENANT = "viewer"
SIGN_IN = {"issuer": "https://login.example.org:8443"}
BALANCER = "service.beta.kubernetes.io/aws-load-balancer-"
CERTIFICATE = f"{BALANCER}ssl-cert"


@pytest.fixture(scope="module")
def viewer(shared_world: World) -> Iterator[World]:
    shared_world.cluster.patch("Environment", "production", {"spec": {"signIn": SIGN_IN}})
    shared_world.onboard(manifests.tenant(TENANT))
    yield shared_world
    shared_world.cluster.delete("ClientTenant", TENANT)
    shared_world.cluster.wait_gone("ClientTenant", TENANT)
    shared_world.cluster.patch("Environment", "production", {"spec": {"signIn": None}})


@pytest.fixture(scope="module")
def claims(viewer: World) -> Served:
    app = Served(viewer, TENANT, "claims")
    app.write_secrets()
    viewer.cluster.apply(manifests.app("claims", TENANT, routes=["/", "/claims/:id"]))
    app.wait_ready()
    return app


def test_it_says_what_it_waits_for_and_starts_no_pod_before(world: World, viewer: World) -> None:
    app = Served(world, TENANT, "early")
    data = {"schema": "claims", "role": "analyst"}
    world.cluster.apply(manifests.app("early", TENANT, data=data))
    missing = "RedshiftSchema claims does not exist; declare it, or correct spec.data.schema"
    until("it misses its schema", app.message, lambda told: missing in told)
    assert "Secret early-sign-in does not exist; write the client's secret into its key client-secret" in app.message()
    assert "Secret early-tls does not exist" in app.message()
    assert world.cluster.find("Deployment", "app-early", TENANT) is None

    schema = {"roles": [{"name": "analyst", "grants": [{"object": "ALL TABLES", "privileges": ["SELECT", "DELETE"]}]}]}
    meta = {"name": "claims", "namespace": TENANT}
    world.cluster.apply(
        {"apiVersion": "cloister.dev/v1alpha1", "kind": "RedshiftSchema", "metadata": meta, "spec": schema}
    )
    until("it may write", app.message, lambda told: "has DELETE, and an application only reads" in told)
    member = f'add "IAMR:cloister-{TENANT}-app-early" to its members'
    assert member in app.message()
    world.cluster.delete("RedshiftSchema", "claims", TENANT)
    app.write_secret("early-sign-in", "Opaque", {"other": "x"})
    world.cluster.apply(manifests.app("early", TENANT))
    until("a key is missing", app.message, lambda told: "Secret early-sign-in has no key client-secret" in told)
    app.write_secrets()
    world.cluster.wait("Deployment", "app-early", lambda found: found is not None, TENANT)
    until("its pods are waited for", app.message, lambda told: "0 of 2 pods are ready" in told)
    world.cluster.delete("AnalyticsApp", "early", TENANT)
    world.cluster.wait_gone("AnalyticsApp", "early", TENANT)
    world.cluster.wait_gone("Deployment", "app-early", TENANT)


def test_it_is_served_as_declared(world: World, claims: Served) -> None:
    status = claims.object()["status"]
    assert (status["url"], status["readyReplicas"]) == (f"https://claims.{TENANT}.example/", 2)
    deployment = world.cluster.get("Deployment", "app-claims", TENANT)
    pod = deployment["spec"]["template"]["spec"]
    assert [each["image"].split("@")[0] for each in pod["containers"]] == [
        DOOR.split("@")[0],
        "registry.example/claims-dashboard",
    ]
    service = world.cluster.get("Service", "app-claims", TENANT)
    assert service["metadata"]["annotations"][f"{BALANCER}scheme"] == "internal"
    assert [port["targetPort"] for port in service["spec"]["ports"]] == [8443]
    door = json.loads(world.cluster.get("ConfigMap", "app-claims-door", TENANT)["data"]["door.json"])
    assert door["signIn"]["issuer"] == SIGN_IN["issuer"]
    assert door["accessLog"]["routes"] == ["/", "/claims/:id"]
    key = world.cluster.get("Secret", "app-claims-pseudonyms", TENANT)
    assert len(base64.b64decode(key["data"]["key"])) == 32
    # Nobody is told what it is.
    assert key["data"]["key"] not in json.dumps(claims.object()) + world.operator.log.read_text()
    names = [each["id"] for each in claims.object()["status"]["resources"] if not each["id"].startswith("secret")]
    assert {f"iam-role/cloister-{TENANT}-app-claims", f"iam-role/cloister-{TENANT}-door-claims"} < set(names)
    assert [name for name in names if name.startswith("dynamodb-table/")], names
    assert door["sessions"]["table"] == next(n for n in names if n.startswith("dynamodb-table/")).split("/")[1]
    hard = world.cluster.get("ResourceQuota", "tenant", TENANT)["spec"]["hard"]
    assert hard["services.nodeports"] == "0"


_DOOR = "data.door.json"


def _door(world: World, change: Object, without: str = "") -> Object:
    door = json.loads(world.cluster.get("ConfigMap", "app-claims-door", TENANT)["data"]["door.json"])
    for field, values in change.items():
        door[field] |= values
    if without:
        del door[without]
    return {"data": {"door.json": json.dumps(door)}}


def _image(world: World, image: str) -> Object:
    template = world.cluster.get("Deployment", "app-claims", TENANT)["spec"]["template"]
    template["spec"]["containers"][1]["image"] = image
    return {"spec": {"template": {"spec": {"containers": template["spec"]["containers"]}}}}


def _changes(world: World) -> dict[str, tuple[str, str, Object, str]]:
    """What somebody may do by hand: kind, name, change, and the field that it is told by."""
    app, door = "app-claims", "app-claims-door"
    longer = _door(world, {"sessions": {"idleSeconds": 86400}})
    certificate = {"metadata": {"annotations": {CERTIFICATE: "arn"}}}
    return {
        "another image": ("Deployment", app, _image(world, "evil"), "spec.template.spec.containers.app.image"),
        "no pods": ("Deployment", app, {"spec": {"replicas": 0}}, "spec.replicas"),
        "TLS ends before": ("Service", app, certificate, f"metadata.annotations.{CERTIFICATE}"),
        "a port more": ("Service", app, {"spec": {"externalIPs": ["203.0.113.9"]}}, "spec.externalIPs"),
        "long sessions": ("ConfigMap", door, longer, f"{_DOOR}.sessions.idleSeconds"),
        "no access log": ("ConfigMap", door, _door(world, {}, "accessLog") | {"immutable": True}, f"{_DOOR}.accessLog"),
        "an open network": ("NetworkPolicy", app, {"spec": {"egress": [{}]}}, "spec.egress"),
        "no budget": ("PodDisruptionBudget", app, {"spec": {"maxUnavailable": "100%"}}, "spec.maxUnavailable"),
        "a token": ("ServiceAccount", app, {"automountServiceAccountToken": True}, "automountServiceAccountToken"),
    }


@pytest.mark.parametrize(
    "what",
    [
        "another image",
        "no pods",
        "TLS ends before",
        "a port more",
        "long sessions",
        "no access log",
        "an open network",
        "no budget",
        "a token",
    ],
)
def test_what_somebody_changes_is_put_right_and_told(world: World, claims: Served, what: str) -> None:
    claims.wait_ready()
    kind, name, change, path = _changes(world)[what]
    before = world.cluster.get(kind, name, TENANT)
    changed = world.cluster.patch(kind, name, change, TENANT)
    version = changed["metadata"]["resourceVersion"]

    def is_mended(found: Object | None) -> bool:
        return found is not None and found["metadata"]["resourceVersion"] != version and _same(found, before)

    world.cluster.wait(kind, name, is_mended, TENANT, timeout=5.0)

    def record() -> Object | None:
        claims.run_pods()
        return claims.record(path)

    assert until("it is told", record)


def _same(found: Object, before: Object) -> bool:
    parts = [("spec",), ("data",), ("automountServiceAccountToken",), ("immutable",), ("metadata", "annotations")]

    def part(of: Object, path: tuple[str, ...]) -> object:
        for each in path:
            of = of.get(each, {})
        # The Deployment controller's own.
        return {k: v for k, v in of.items() if "revision" not in k} if isinstance(of, dict) else of

    return all(part(found, path) == part(before, path) for path in parts)


_KEPT = ["Deployment", "Service", "ConfigMap", "NetworkPolicy", "Secret", "PodDisruptionBudget"]


@pytest.mark.parametrize("kind", _KEPT)
def test_what_somebody_deletes_is_made_again(world: World, claims: Served, kind: str) -> None:
    claims.wait_ready()
    name = {"ConfigMap": "app-claims-door", "Secret": "app-claims-pseudonyms"}.get(kind, "app-claims")
    gone = world.cluster.get(kind, name, TENANT)["metadata"]["uid"]
    world.cluster.delete(kind, name, TENANT)
    world.cluster.wait(kind, name, lambda it: it is not None and it["metadata"]["uid"] != gone, TENANT, timeout=10.0)


def test_the_autoscaler_says_how_many_there_are(world: World, claims: Served) -> None:
    world.cluster.apply(manifests.app("claims", TENANT, replicas={"min": 2, "max": 5}))
    made = world.cluster.wait("HorizontalPodAutoscaler", "app-claims", lambda found: found is not None, TENANT)
    assert made is not None
    assert made["spec"]["maxReplicas"] == 5
    claims.wait_ready()
    world.cluster.patch("Deployment", "app-claims", {"spec": {"replicas": 3}}, TENANT)
    world.cluster.patch("HorizontalPodAutoscaler", "app-claims", {"spec": {"maxReplicas": 50}}, TENANT)

    def is_back(found: Object | None) -> bool:
        return found is not None and found["spec"]["maxReplicas"] == 5

    world.cluster.wait("HorizontalPodAutoscaler", "app-claims", is_back, TENANT, timeout=5.0)
    assert world.cluster.get("Deployment", "app-claims", TENANT)["spec"]["replicas"] == 3
    # Of none the autoscaler would make none.
    world.cluster.patch("Deployment", "app-claims", {"spec": {"replicas": 0}}, TENANT)
    world.cluster.wait("Deployment", "app-claims", lambda it: it is not None and it["spec"]["replicas"] > 0, TENANT)
    world.cluster.apply(manifests.app("claims", TENANT))
    world.cluster.wait_gone("HorizontalPodAutoscaler", "app-claims", TENANT)
    claims.wait_ready()


def _definition(kind: str, group: str, version: str) -> Object:
    """As short as it may be: what the operator writes is what is looked at."""
    plural = f"{kind.lower()}s"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"kind": kind, "plural": plural, "singular": kind.lower()}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}", "annotations": {"api-approved.kubernetes.io": "unapproved, a test"}},
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": [served]},
    }


def _found(world: World, kind: str) -> Object | None:
    """A kind that was just defined is not served at once."""
    try:
        return world.cluster.find(kind, "app-routed", TENANT)
    except RefusedError as refused:
        if refused.code != 429:
            raise
        return None


def _has_spec(spec: Object, found: Object | None) -> bool:
    return found is not None and found["spec"] == spec


def test_a_gateway_and_a_certificate_where_the_cluster_has_them(world: World, viewer: World) -> None:
    app = Served(world, TENANT, "routed")
    gateway = {"gateway": {"namespace": "gateways", "name": "clients", "listener": "tls"}}
    issued = {"tls": {"issuer": {"name": "letsencrypt"}}}
    app.write_secrets()
    world.cluster.apply(manifests.app("routed", TENANT, exposure=gateway, **issued))
    until("no TLSRoute", app.message, lambda told: "the cluster has no TLSRoute; install the Gateway API" in told)
    assert "the cluster has no Certificate; install cert-manager" in app.message()
    world.cluster.apply(
        _definition("TLSRoute", "gateway.networking.k8s.io", "v1alpha3"),
        _definition("Certificate", "cert-manager.io", "v1"),
    )
    route = until("its TLSRoute", lambda: _found(world, "TLSRoute"))
    certificate = until("its Certificate", lambda: _found(world, "Certificate"))
    assert route is not None
    assert certificate is not None
    assert route["spec"]["hostnames"] == [f"routed.{TENANT}.example"]
    assert certificate["spec"]["dnsNames"] == [f"routed.{TENANT}.example"]
    until("the certificate", app.message, lambda told: "cert-manager has yet to write Secret app-routed-tls" in told)
    app.write_secret("app-routed-tls", "kubernetes.io/tls", {"tls.crt": "cert", "tls.key": "key"})
    app.wait_ready()
    for kind, change in {"TLSRoute": {"hostnames": ["*.evil"]}, "Certificate": {"dnsNames": ["evil"]}}.items():
        before = world.cluster.get(kind, "app-routed", TENANT)["spec"]
        world.cluster.patch(kind, "app-routed", {"spec": change}, TENANT)
        until(f"its {kind} is put right", partial(_found, world, kind), partial(_has_spec, before))
    world.cluster.apply(manifests.app("routed", TENANT))
    world.cluster.wait_gone("TLSRoute", "app-routed", TENANT)
    world.cluster.wait_gone("Certificate", "app-routed", TENANT)
    world.cluster.delete("AnalyticsApp", "routed", TENANT)
    world.cluster.wait_gone("AnalyticsApp", "routed", TENANT)


def test_a_tenant_that_leaves_serves_nobody_until_it_is_called_back(world: World, claims: Served) -> None:
    claims.wait_ready()
    reference = {"approval": TENANT}
    world.cluster.patch("ClientTenant", TENANT, {"spec": {"offboarding": reference}})
    world.cluster.wait_gone("Deployment", "app-claims", TENANT)
    world.cluster.wait_gone("Service", "app-claims", TENANT)
    until("it says so", claims.message, lambda told: f"ClientTenant/{TENANT} leaves: nobody is served" in told)
    world.cluster.patch("ClientTenant", TENANT, {"spec": {"offboarding": None}})
    claims.wait_ready()
    assert condition(claims.object(), "Drifted")["status"] == "False"
    assert not [r for r in claims.object()["status"]["recentDrift"] if r["path"] == "" and not r.get("mendedAt")]


def test_one_that_a_tenant_declares_goes_with_its_line(world: World, viewer: World) -> None:
    inline = manifests.app("inline", TENANT)["spec"] | {"name": "inline"}
    world.cluster.apply(manifests.tenant(TENANT, apps=[inline]))
    world.cluster.wait("AnalyticsApp", "inline", lambda found: found is not None, TENANT)
    world.cluster.apply(manifests.tenant(TENANT, apps=[inline | {"replicas": {"min": 3}}]))

    def is_changed(found: Object | None) -> bool:
        return found is not None and found["spec"]["replicas"]["min"] == 3

    world.cluster.wait("AnalyticsApp", "inline", is_changed, TENANT)
    world.cluster.apply(manifests.tenant(TENANT))
    world.cluster.wait_gone("AnalyticsApp", "inline", TENANT)


def test_the_rights_that_this_file_claims_are_used(world: World) -> None:
    assert rights.unused(__file__, world.platform.control_plane.audit()) == set()
