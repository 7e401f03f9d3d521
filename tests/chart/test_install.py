"""helm install on a real API server: two replicas, one leads; upgrade and rollback change nothing in AWS."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from chaos.inventory import Fate, Inventory, Tenant
from chart.cases import CASES
from chart.helm import NAMESPACE, documents
from chart.installed import DIGESTS, LEASE_SECONDS, PATIENCE, Installed, installed, next_version, values
from chart.uploads import Uploads
from e2e import rights
from e2e.kinds import Object, is_ready
from e2e.manifests import tenant
from e2e.nodes import emulator
from e2e.waiting import until
from local import nodes
from nodes.attempt import Ended, Running

pytestmark = pytest.mark.skipif(not nodes.possible(), reason=nodes.NEEDS_ROOT)

_TENANT = "acme-health"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installed(Path(tmp_path_factory.mktemp("install"))) as found:
        yield found


@pytest.fixture
def site(shared: Installed) -> Iterator[Installed]:
    yield shared
    assert shared.world.calls.violations() == []
    assert shared.denied() == []


def test_two_replicas_are_ready_on_two_nodes_and_one_leads(site: Installed) -> None:
    pods = site.pods()
    assert len({pod["spec"]["nodeName"] for pod in pods}) == len(pods) == 2
    assert site.leader() in {pod["metadata"]["name"] for pod in pods}
    # Either node may be drained.
    budget = site.world.platform.control_plane.kubectl(
        "get", "poddisruptionbudget", "cloister", f"--namespace={NAMESPACE}", "--output=jsonpath={.status}"
    )
    assert '"disruptionsAllowed":1' in budget


def test_the_leader_is_killed_while_it_onboards_and_the_other_leads_within_the_lease_and_makes_nothing_twice(
    site: Installed,
) -> None:
    world, before = site.world, site.holder()
    (leading,) = [pod for pod in site.pods() if pod["metadata"]["name"] == site.leader()]
    (other,) = [pod for pod in site.pods() if pod["metadata"]["name"] != site.leader()]
    mark, attempt = world.calls.mark("killed"), site.attempt(leading)
    running = attempt.state()
    assert isinstance(running, Running)
    create = {"service": "kms", "operation": "CreateKey", "caller": "*/CloisterProvisioner/*"}
    with site.registry_is_away():
        emulator(world, "POST", "/faults", create | {"kind": "kill", "pid": running.process.pid})
        (applied,) = world.cluster.apply(tenant(_TENANT, "landing"))
        until("another leads", site.holder, lambda name: name not in ("", before), timeout=PATIENCE)
        assert site.leader() == other["metadata"]["name"]
    assert _keys(site, mark) == 1
    ended = attempt.state()
    assert isinstance(ended, Ended)
    took = site.led_since(other).timestamp() - ended.finished_at
    print(f"\nthe other led {took:.2f} s after the leader's death")
    assert 0 < took <= LEASE_SECONDS
    world.cluster.wait_ready("ClientTenant", _TENANT, timeout=PATIENCE)
    assert _keys(site, mark) == 1
    here = Tenant(_TENANT, applied["metadata"]["uid"], Fate.STANDS)
    assert Inventory.take(world.aws).problems([here]) == []
    # Its container is started again, and waits now.
    until("both are ready again", lambda: _restarts(site), {1, 0}.__eq__, timeout=PATIENCE)


def _keys(site: Installed, mark: int) -> int:
    return sum(call.operation == "CreateKey" for call in site.world.calls.since(mark))


def _restarts(site: Installed) -> set[int]:
    statuses = [pod["status"]["containerStatuses"][0] for pod in site.pods()]
    return {status["restartCount"] for status in statuses} if all(status["ready"] for status in statuses) else set()


def _labels(found: Object | None) -> Object:
    return dict((found or {}).get("metadata", {}).get("labels", {}))


_GUARDS: dict[tuple[str, str], Object] = {
    ("ResourceQuota", "tenant"): {"spec": {"hard": {"pods": "1000"}}},
    ("LimitRange", "tenant"): {"spec": {"limits": [{"type": "Container", "default": {"cpu": "9"}}]}},
    ("ServiceAccount", "etl"): {"automountServiceAccountToken": True},
    ("NetworkPolicy", "default-deny"): {"spec": {"policyTypes": ["Ingress"]}},
    ("Role", "tenant-operator"): {"rules": []},
    ("RoleBinding", "tenant-operators"): {"subjects": None},
}


def test_guards_that_somebody_changes_are_put_right_and_grant_all_that_is_held_to_be_granted(site: Installed) -> None:
    cluster = site.world.cluster
    cluster.patch("ClientTenant", _TENANT, {"spec": {"operators": ["acme-operators"]}})
    cluster.wait("RoleBinding", "tenant-operators", lambda found: bool((found or {}).get("subjects")), _TENANT)
    before = {guard: cluster.get(*guard, _TENANT) for guard in _GUARDS}
    for (kind, name), change in _GUARDS.items():
        cluster.patch(kind, name, change, _TENANT)
    enforced = "pod-security.kubernetes.io/enforce"
    cluster.patch("Namespace", _TENANT, {"metadata": {"labels": {enforced: "privileged"}}})
    cluster.poke("ClientTenant", _TENANT)
    for (kind, name), change in _GUARDS.items():
        wanted = {field: before[kind, name][field] for field in change}

        def is_right(found: Object | None, wanted: Object = wanted) -> bool:
            return found is not None and {field: found.get(field) for field in wanted} == wanted

        cluster.wait(kind, name, is_right, _TENANT, timeout=PATIENCE)
    cluster.wait("Namespace", _TENANT, lambda found: _labels(found).get(enforced) == "restricted")
    rules = before["Role", "tenant-operator"]["rules"]
    granted = {(g, r, v) for rule in rules for g in rule["apiGroups"] for r in rule["resources"] for v in rule["verbs"]}
    assert rights.held("granted") <= granted


def test_an_upgrade_and_the_way_back_change_nothing_in_aws(site: Installed, tmp_path: Path) -> None:
    mark = site.world.calls.mark("upgraded")
    before = {pod["metadata"]["name"] for pod in site.pods()}
    site.helm.apply("upgrade", values("next", sweepSeconds=15), chart=next_version(tmp_path))
    between = _looked(site, without=before)
    assert _short_names(site) == ["env", "envs"]
    site.helm.run("rollback", site.helm.release, "1", "--namespace", NAMESPACE, "--wait", "--timeout", "120s")
    _looked(site, without=before | between)
    assert _short_names(site) == ["env"]
    assert [call for call in site.world.calls.since(mark) if call.changes] == []
    assert is_ready(site.world.cluster.get("ClientTenant", _TENANT))


def _looked(site: Installed, without: set[str]) -> set[str]:
    """Other pods than those are there, and the one that leads has looked at everything. Answers their names."""
    cluster = site.world.cluster
    until("another leads", site.leader, lambda name: name not in without | {""}, timeout=PATIENCE)
    mark = site.world.calls.mark("looks")
    for kind, name in (("Environment", "production"), ("ClientTenant", _TENANT)):
        cluster.poke(kind, name)
    wanted = {"GetKeyPolicy", "GetAccountAuthorizationDetails", "GetBucketPolicy"}

    def seen() -> set[str]:
        return {call.operation for call in site.world.calls.since(mark)}

    until("it has looked", seen, wanted.issubset, timeout=PATIENCE)
    cluster.wait_ready("ClientTenant", _TENANT, timeout=PATIENCE)
    return {pod["metadata"]["name"] for pod in site.pods()}


def _short_names(site: Installed) -> list[str]:
    found: Object = site.world.cluster.get("CustomResourceDefinition", "environments.cloister.dev")
    names: list[str] = found["spec"]["names"]["shortNames"]
    return names


def test_what_is_declared_inline_is_made_changed_and_dropped(site: Installed) -> None:
    cluster, name = site.world.cluster, "inline-labs"
    image = f"registry.example/etl@{DIGESTS['first']}"
    run = {"name": "load", "image": image, "tasks": {"module": "claims", "task": "Load"}}
    run |= {"workBucket": "landing", "concurrency": "Replace"}
    spec: Object = {"pipelines": [run], "warehouse": {"size": "Small"}, "schemas": [{"name": "claims"}]}
    manifest = tenant(name, "landing", "spare", **spec)
    cluster.apply(manifest)
    children = [
        ("IngestBucket", "spare"),
        ("IngestBucket", "landing"),
        ("EtlPipeline", "load"),
        ("RedshiftSchema", "claims"),
    ]
    for kind, child in children:
        cluster.wait(kind, child, lambda found: found is not None, name, timeout=PATIENCE)
    cluster.wait_ready("EtlPipeline", "load", name, timeout=PATIENCE)
    known: set[str] = set()
    for wish in ("one", "two"):
        cluster.patch("EtlPipeline", "load", {"metadata": {"annotations": {"cloister.dev/run-now": wish}}}, name)
        until("another Job takes its place", lambda: _jobs(site, name), _is_another(known), timeout=PATIENCE)
        known |= _jobs(site, name)
    manifest["spec"]["ingestBuckets"] = [
        {"name": each, "uploaders": [{"group": "people"}]} for each in ("landing", "spare")
    ]
    manifest["spec"]["pipelines"][0]["concurrency"] = "Queue"
    manifest["spec"]["schemas"][0]["unmanagedGrants"] = "Revoke"
    cluster.apply(manifest)
    for kind, child in children:
        cluster.wait(kind, child, _changed, name, timeout=PATIENCE)
    manifest["spec"] |= {"pipelines": [], "schemas": [], "ingestBuckets": [{"name": "landing"}]}
    cluster.apply(manifest)
    for kind, child in [children[0], *children[2:]]:
        cluster.wait(kind, child, _goes, name, timeout=PATIENCE)


def _jobs(site: Installed, namespace: str) -> set[str]:
    found = site.world.cluster.every("Job", namespace)
    return {job["metadata"]["name"] for job in found if "deletionTimestamp" not in job["metadata"]}


def _is_another(known: set[str]) -> Callable[[set[str]], bool]:
    return lambda now: len(now) == 1 and now.isdisjoint(known)


def _changed(found: Object | None) -> bool:
    return found is not None and found["metadata"]["generation"] > 1


def _goes(found: Object | None) -> bool:
    return found is None or "deletionTimestamp" in found["metadata"]


def test_the_upload_api_joins_and_gives_credentials_from_each_of_its_pods(site: Installed) -> None:
    uploads, cluster = Uploads(site), site.world.cluster
    buckets = [{"name": "landing", "uploaders": [{"group": "acme-uploaders"}]}]
    cluster.patch("ClientTenant", _TENANT, {"spec": {"ingestBuckets": buckets}})
    operators = {pod["metadata"]["name"] for pod in site.pods()}
    site.helm.apply("upgrade", uploads.values())
    cluster.wait_ready("ClientTenant", _TENANT, timeout=PATIENCE)
    pods = uploads.pods()
    assert len({pod["spec"]["nodeName"] for pod in pods}) == len(pods) == 2
    for pod in pods:
        upload = uploads.ann(pod).open(_TENANT)
        upload.put("claims.csv", b"claim_id\n1\n")
        assert upload.complete().json()["state"] == "Completed"
        assert any('"Completion"' in line and upload.id in line for line in site.log(pod))
        assert uploads.plain(pod) == 0
    assert uploads.unlike_its_rights() == set()
    # The operator has nothing to do with it.
    assert {pod["metadata"]["name"] for pod in site.pods()} == operators


# Their definitions are not in every cluster, nor in this one.
_OTHERS = ("monitoring.coreos.com", "cert-manager.io")


@pytest.mark.parametrize("name", CASES)
def test_what_is_rendered_is_what_the_api_server_takes(site: Installed, name: str) -> None:
    alone = {"crds": {"install": False}, "admission": {"install": False}}
    rendered = [one for one in documents(site.helm.template(CASES[name] | alone)) if _group(one) not in _OTHERS]
    options = ("--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "--output=name")
    text = yaml.safe_dump_all(rendered)
    said = site.world.platform.control_plane.kubectl("apply", "--filename=-", *options, stdin=text)
    assert len(said.splitlines()) == len(rendered) > 0


def _group(thing: Object) -> str:
    group: str = thing["apiVersion"].partition("/")[0]
    return group


def test_the_rights_that_this_file_claims_are_used(site: Installed) -> None:
    assert rights.unused(__file__, site.world.platform.control_plane.audit()) == set()


def test_a_release_that_goes_leaves_the_definitions_and_what_was_declared(shared: Installed) -> None:
    """The pods lose their rights while they end, so that something is denied."""
    site = shared
    site.helm.run("uninstall", site.helm.release, "--namespace", NAMESPACE, "--wait", "--timeout", "120s")
    assert site.world.cluster.find("Deployment", "cloister", NAMESPACE) is None
    assert site.world.cluster.get("ClientTenant", _TENANT)["metadata"].get("deletionTimestamp") is None
    # A release of the same name takes them over again.
    site.helm.apply("install", values("first"))
    _looked(site, without=set())
