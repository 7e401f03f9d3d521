"""The verbs that change something or count something: run, retry, pause, resume, drift, plan."""

import json
import re
from collections.abc import Iterator

import pytest

from e2e import manifests
from e2e.careless.act import Target
from e2e.kinds import Object
from e2e.kubelet import Kubelet, instructions
from e2e.operator import REPOSITORY
from e2e.waiting import until
from e2e.world import World
from plugin.conftest import BUCKET, TENANT, WATCHED
from plugin.kubectl import Kubectl

_PIPELINE = "load"


@pytest.fixture(scope="module")
def pipeline(world: World) -> Iterator[str]:
    spec: Object = {
        "parameters": [{"name": "days", "type": "Integer", "default": "7"}],
        "retries": {"limit": 0},
    }
    world.cluster.apply(manifests.pipeline(_PIPELINE, TENANT, BUCKET, **spec))
    world.cluster.wait_ready("EtlPipeline", _PIPELINE, TENANT)
    yield _PIPELINE
    world.cluster.delete("EtlPipeline", _PIPELINE, TENANT)


@pytest.fixture
def kubelet(world: World) -> Kubelet:
    return Kubelet(world.cluster, TENANT)


def test_a_run_is_followed_to_its_end_and_retried(
    world: World, kubectl: Kubectl, kubelet: Kubelet, pipeline: str
) -> None:
    refused = kubectl(f"cloister run {pipeline} days=many -n {TENANT}")
    assert (refused.code, "parameter days: it is no integer" in refused.err) == (1, True)
    assert "annotations" not in world.cluster.get("EtlPipeline", pipeline, TENANT)["metadata"]

    asked = kubectl.begin(f"cloister run {pipeline} days=30 -n {TENANT} --wait")
    pod = kubelet.next_pod(pipeline)
    assert instructions(pod)["parameters"] == {"days": "30"}
    kubelet.finish(pod, 50, outcome="rejected", reason="Jane Doe")
    out, _ = asked.communicate(timeout=60)
    assert (asked.returncode, "failed: InputRejected (the file is not as declared" in out) == (2, True), out

    said = kubectl.why(TENANT)
    assert "exit code 50), attempt 1  [1]" in said
    assert f"$ kubectl cloister retry {pipeline} -n {TENANT}" in said
    assert "Jane" not in said

    again = kubectl.begin(f"cloister retry {pipeline} -n {TENANT} --wait")
    kubelet.finish(kubelet.next_pod(pipeline), rowsLoaded=12)
    out, err = again.communicate(timeout=60)
    assert (again.returncode, "succeeded: 12 rows loaded" in out) == (0, True), out + err
    nothing = kubectl(f"cloister retry {pipeline} -n {TENANT}")
    assert (nothing.code, "no run of it has failed" in nothing.err) == (1, True)


def test_a_pause_says_what_it_means_and_is_not_made_where_it_would_be_put_back(
    world: World, kubectl: Kubectl, pipeline: str
) -> None:
    paused = kubectl(f"cloister pause ep/{pipeline} -n {TENANT}")
    assert (paused.code, "no run begins until it is resumed" in paused.out) == (0, True), paused.err
    assert world.cluster.get("EtlPipeline", pipeline, TENANT)["spec"]["suspend"] is True
    assert "it is suspended: no run begins  [1]" in kubectl.why(f"ep/{pipeline} -n {TENANT}")
    assert "is paused already" in kubectl(f"cloister pause ep/{pipeline} -n {TENANT}").out
    assert kubectl(f"cloister resume ep/{pipeline} -n {TENANT}").code == 0
    assert world.cluster.get("EtlPipeline", pipeline, TENANT)["spec"]["suspend"] is False

    mark = {"argocd.argoproj.io/tracking-id": f"clients:cloister.dev/ClientTenant:/{TENANT}"}
    world.cluster.patch("ClientTenant", TENANT, {"metadata": {"annotations": mark}})
    kept = kubectl(f"cloister pause {TENANT}")
    assert (kept.code, "Argo CD keeps it (Application clients)" in kept.err) == (1, True)
    # An inline bucket is its tenant's to declare.
    inline = kubectl(f"cloister pause ib/{WATCHED} -n {TENANT} --force")
    assert (inline.code, f"spec.ingestBuckets[{WATCHED}].paused of ClientTenant {TENANT}" in inline.out) == (0, True)
    world.cluster.wait("IngestBucket", WATCHED, lambda found: bool((found or {})["spec"].get("paused")), TENANT)
    assert kubectl(f"cloister resume ib/{WATCHED} -n {TENANT} --force").code == 0
    world.cluster.patch("ClientTenant", TENANT, {"metadata": {"annotations": dict.fromkeys(mark)}})
    world.cluster.wait_ready("ClientTenant", TENANT)


def test_a_change_by_hand_is_listed_until_it_is_undone(world: World, kubectl: Kubectl) -> None:
    target = Target.of(world, TENANT, WATCHED)

    def versioning(state: str) -> None:
        told = {"Status": state}
        world.aws.s3.put_bucket_versioning(Bucket=target.bucket_name, VersioningConfiguration=told)  # type: ignore[arg-type]

    versioning("Suspended")
    stands = until("it is found", lambda: kubectl(f"cloister drift {TENANT}"), lambda done: done.code == 2)
    assert f"IngestBucket/{TENANT}/{WATCHED}   s3-bucket/{target.bucket_name}   versioning" in stands.out
    assert stands.out.endswith("\n1 of them stands.\n")
    (told,) = [each for each in json.loads(kubectl("cloister drift -o json").out) if "mendedAt" not in each]
    assert (told["was"], told["now"], told["remedy"]) == ("Enabled", "Suspended", "Reported")
    versioning("Enabled")
    until("it is mended", lambda: kubectl(f"cloister drift {TENANT}"), lambda done: done.code == 0)


def test_who_has_no_rights_is_told_which(world: World) -> None:
    guest = Kubectl.of(world, "guest")
    drift = guest(f"cloister drift {TENANT}")
    assert drift.code == 1
    assert re.fullmatch(
        r'error: clienttenants.cloister.dev "desk" is forbidden: User "[^"]+" cannot get .*\n', drift.err
    )
    assert f"ClientTenant/{TENANT} does not exist, or you may not read it" in guest(f"cloister why {TENANT}").err


def test_kubectl_completes_verbs_kinds_and_names(kubectl: Kubectl) -> None:
    def offered(line: str) -> list[str]:
        return kubectl(f"__complete cloister {line}").out.split()

    assert offered("res") == ["resume", ":4"]
    assert offered("why ing") == ["ingestbucket/", ":6"]
    assert offered(f"why -n {TENANT} ib/") == [f"ib/{BUCKET}", f"ib/{WATCHED}", ":4"]
    assert offered("drift des") == [TENANT, ":4"]


def test_the_other_verbs_are_the_same_under_this_name(kubectl: Kubectl) -> None:
    planned = kubectl(f"cloister plan -f {REPOSITORY / 'examples'}")
    assert (planned.code, "s3 bucket" in planned.out) == (2, True), planned.err
    assert "kubectl cloister evidence" in kubectl("cloister evidence --help").out
