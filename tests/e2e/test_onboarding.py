"""One manifest, applied: what a client then has, as read by anybody but the operator."""

import json
import time

import pytest

from e2e.careless.act import Target
from e2e.cluster import RefusedError
from e2e.kinds import Object
from e2e.refusal import DENIED, refused
from e2e.world import EXAMPLES, World

TENANT = "acme-health"
KINDS = {"Ready", "Reconciling", "Stalled", "Drifted"}


@pytest.fixture(scope="module")
def seconds(shared_world: World) -> float:
    """Onboards the example of the README; how long that took."""
    since = time.monotonic()
    shared_world.onboard(EXAMPLES / "acme-health.yaml")
    return time.monotonic() - since


@pytest.fixture
def acme(world: World, seconds: float) -> Target:
    assert seconds
    return Target.of(world, TENANT, "landing")


def test_the_example_is_ready_within_20_seconds(seconds: float) -> None:
    assert seconds < 20


def test_every_condition_says_which_generation_it_speaks_of(world: World, acme: Target) -> None:
    for found in (
        world.cluster.get("ClientTenant", acme.tenant),
        world.cluster.get("IngestBucket", acme.bucket, acme.tenant),
        world.cluster.get("Environment", "production"),
    ):
        generation = found["metadata"]["generation"]
        conditions = found["status"]["conditions"]
        assert found["status"]["observedGeneration"] == generation
        assert {c["type"]: c["status"] for c in conditions} == {
            kind: "True" if kind == "Ready" else "False" for kind in KINDS
        }
        assert {c["observedGeneration"] for c in conditions} == {generation}


@pytest.mark.usefixtures("acme")
def test_kubectl_shows_a_line_for_each_tenant(world: World) -> None:
    head, *lines = world.platform.control_plane.kubectl("get", "clienttenants").splitlines()
    assert head.split() == ["NAME", "ENVIRONMENT", "READY", "DRIFT", "AGE", "MESSAGE"]
    (line,) = [line for line in lines if line.startswith(TENANT)]
    assert line.split()[1:4] == ["production", "True", "0"]


def test_a_pod_that_reaches_for_its_node_is_refused(world: World, acme: Target) -> None:
    container: Object = {"name": "one", "image": "one"}
    pod: Object = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "reaching"}}
    with pytest.raises(RefusedError, match="violates PodSecurity"):
        world.cluster.create(pod | {"spec": {"hostNetwork": True, "containers": [container]}}, acme.tenant)


def test_no_traffic_passes_but_to_dns_and_aws(world: World, acme: Target) -> None:
    def policy(name: str) -> Object:
        spec: Object = world.cluster.get("NetworkPolicy", name, acme.tenant)["spec"]
        return spec

    everything = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert policy("default-deny") == everything
    ports = {(p["protocol"], p["port"]) for rule in policy("allow-dns-and-aws")["egress"] for p in rule["ports"]}
    assert ports == {("UDP", 53), ("TCP", 53), ("TCP", 443), ("TCP", 5439)}
    assert len(world.cluster.every("NetworkPolicy", acme.tenant)) == 2


def test_what_the_namespace_may_use_is_bounded(world: World, acme: Target) -> None:
    hard = world.cluster.get("ResourceQuota", "tenant", acme.tenant)["spec"]["hard"]
    assert hard["pods"] == "100"
    assert hard["limits.memory"] == "256Gi"
    assert hard["services.loadbalancers"] == "0"
    assert world.cluster.get("LimitRange", "tenant", acme.tenant)["spec"]["limits"][0]["default"]


def test_the_operators_of_a_tenant_see_it_and_no_secret_and_no_other(world: World, acme: Target) -> None:
    def may(verb: str, what: str, namespace: str) -> bool:
        who = ["--as=somebody", "--as-group=acme-operators"]
        asked = ["auth", "can-i", verb, what, f"--namespace={namespace}", *who]
        try:
            return world.platform.control_plane.kubectl(*asked).strip() == "yes"
        except Exception:  # kubectl fails where the answer is no
            return False

    assert may("list", "pods", acme.tenant)
    assert may("get", "ingestbuckets.cloister.dev", acme.tenant)
    assert not may("get", "secrets", acme.tenant)
    assert not may("delete", "networkpolicies.networking.k8s.io", acme.tenant)
    assert not may("list", "pods", "default")


def test_the_roles_are_bounded_and_have_no_inline_policy(acme: Target) -> None:
    iam = acme.aws.iam
    for purpose in ("uploader", "etl", "warehouse"):
        name = acme.role(purpose)
        boundary = iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"]
        assert boundary["PermissionsBoundaryArn"] == acme.policy_arn("boundary")
        assert iam.list_role_policies(RoleName=name)["PolicyNames"] == []
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        assert [policy["PolicyArn"] for policy in attached] == [acme.policy_arn(purpose)]


def test_no_policy_grants_more_than_the_one_key(acme: Target) -> None:
    for purpose in ("boundary", "uploader", "etl", "warehouse"):
        arn = acme.policy_arn(purpose)
        version = acme.aws.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = acme.aws.iam.get_policy_version(PolicyArn=arn, VersionId=version)
        for statement in json.loads(json.dumps(found["PolicyVersion"]["Document"]))["Statement"]:
            actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            if statement.get("Sid") == "EncryptAccessLogs":
                # Of the Environment's records, under which doors write and nobody of the tenant reads.
                assert (purpose, actions) == ("boundary", ["kms:GenerateDataKey"])
                continue
            if statement["Effect"] == "Allow" and any(action.startswith("kms:") for action in actions):
                assert statement["Resource"] in (acme.key_arn, [acme.key_arn])
                assert "kms:*" not in actions


def test_the_key_rotates_and_cannot_be_deleted(acme: Target) -> None:
    kms = acme.aws.kms
    assert kms.get_key_rotation_status(KeyId=acme.key_arn)["KeyRotationEnabled"]
    aliases = [a["AliasName"] for a in kms.list_aliases(KeyId=acme.key_arn)["Aliases"]]
    assert aliases == [f"alias/cloister/{acme.tenant}"]
    with refused(*DENIED):
        kms.schedule_key_deletion(KeyId=acme.key_arn, PendingWindowInDays=30)
    with refused(*DENIED):
        kms.disable_key(KeyId=acme.key_arn)


def test_a_service_that_is_not_hipaa_eligible_cannot_be_named(world: World) -> None:
    change = {"spec": {"services": ["s3", "kms", "gamelift"]}}
    with pytest.raises(RefusedError, match="HIPAA-eligible"):
        world.cluster.patch("ClientTenant", TENANT, change)
