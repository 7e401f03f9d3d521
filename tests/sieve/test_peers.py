"""What an object is made from may be seen later than the object itself: each kind has a watch of its own.

Nothing is changed in AWS on the word of a peer that has changed since, and nothing is let go because of a peer that
has not been seen yet.
"""

import json

from chaos.environments import Environments
from e2e.kinds import Object
from e2e.manifests import tenant
from e2e.waiting import until
from sieve.rig import SieveRig, ingest_bucket


def _elsewhere(rig: SieveRig) -> str:
    """An Environment in which no tenant lives; its account is not counted."""
    environments = Environments(rig)
    taken = {environment["metadata"]["name"] for environment in rig.world.cluster.every("Environment")}
    environments.uids |= dict.fromkeys(taken, "")
    name = environments.fresh()
    environments.apply(name)
    environments.wait_ready(name)
    return name


def _issuers(rig: SieveRig, name: str) -> str:
    role = rig.world.aws.iam.get_role(RoleName=f"cloister-{name}-etl")["Role"]
    return json.dumps(role["AssumeRolePolicyDocument"])


def test_an_environment_of_the_past_undoes_nothing_of_its_tenants(rig: SieveRig) -> None:
    name = rig.fresh("trust")
    rig.apply(name)
    rig.wait_ready(name)
    rig.rest()
    past = rig.proxy.record("Environment")
    issuer = "oidc-anew.cloister.example"
    rig.world.cluster.patch("Environment", "production", {"spec": {"workloadIssuer": f"https://{issuer}"}})
    until("the tenant's role trusts the new issuer", lambda: issuer in _issuers(rig, name))
    rig.rest()
    since = rig.world.calls.mark(name)
    rig.restart_into(past)
    rig.look_at(name)
    assert rig.changes(since) == []


def test_buckets_of_the_past_narrow_no_role(rig: SieveRig) -> None:
    """Roles name the buckets that have names of their own."""
    name = rig.fresh("named")
    rig.world.onboard(tenant(name, environment=_elsewhere(rig)))
    rig.rest()
    past = rig.proxy.record("IngestBucket")
    rig.world.cluster.apply(ingest_bucket(name, bucketName=f"{name}-own"))
    rig.wait_bucket_ready(name)
    rig.rest()
    since = rig.world.calls.mark(name)
    rig.restart_into(past)
    rig.look_at(name)
    assert rig.changes(since) == []


def test_a_bucket_is_not_deleted_under_a_policy_of_its_tenants_past(rig: SieveRig) -> None:
    name = rig.fresh("mild")
    rig.apply_with_bucket(name, {}, deletionPolicy="Delete")
    since = rig.world.calls.mark(name)
    rig.proxy.hold("ClientTenant")
    rig.edit(name, deletionPolicy="Retain")
    before = rig.passes("IngestBucket")
    rig.world.cluster.delete("IngestBucket", "landing", name)
    until("the bucket is looked at", lambda: rig.passes("IngestBucket") > before)
    rig.proxy.thaw()
    rig.wait_bucket_gone(name)
    assert [line for line in rig.changes(since) if "DeleteBucket" in line] == []


def test_a_namespace_that_leaves_unseen_takes_no_bucket_along(rig: SieveRig) -> None:
    """Deleted by hand it says nothing about the data, even under deletionPolicy Delete."""
    name = rig.fresh("byhand")
    rig.apply(name, deletionPolicy="Delete")
    rig.wait_ready(name)
    rig.rest()
    since = rig.world.calls.mark(name)
    rig.proxy.hold("Namespace")
    uid = rig.world.cluster.get("IngestBucket", "landing", name)["metadata"]["uid"]
    before = rig.passes("IngestBucket")
    rig.world.cluster.delete("Namespace", name)
    until("the bucket is looked at", lambda: rig.passes("IngestBucket") > before)
    rig.proxy.thaw()

    def is_another(found: Object | None) -> bool:
        return found is not None and found["metadata"]["uid"] != uid

    rig.world.cluster.wait("IngestBucket", "landing", is_another, name)
    rig.wait_ready(name)
    assert [line for line in rig.changes(since) if "DeleteBucket" in line] == []


def test_a_bucket_that_leaves_before_its_tenant_is_seen_is_deleted(rig: SieveRig) -> None:
    name = rig.fresh("unseen")
    past = rig.proxy.record("ClientTenant")
    rig.apply_with_bucket(name, {"deletionPolicy": "Delete"})
    bucket = rig.world.cluster.get("IngestBucket", "landing", name)["status"]["bucketName"]
    with rig.suspended():
        rig.world.cluster.delete("IngestBucket", "landing", name)
        rig.world.operator.kill()
    rig.restart_into(past)
    rig.wait_first_pass("IngestBucket")
    rig.proxy.thaw()
    rig.wait_bucket_gone(name)
    standing = {found["Name"] for found in rig.world.aws.s3.list_buckets()["Buckets"]}
    # Again its own, so that the account is as it should be for the next test.
    rig.world.cluster.apply(ingest_bucket(name))
    rig.wait_bucket_ready(name)
    assert bucket not in standing


def test_an_environment_does_not_leave_a_tenant_that_it_has_not_seen(rig: SieveRig) -> None:
    cluster, name, environment = rig.world.cluster, rig.fresh("tenant"), _elsewhere(rig)
    rig.rest()
    rig.proxy.hold("ClientTenant")
    cluster.apply(tenant(name, environment=environment))
    before = rig.passes("Environment")
    cluster.delete("Environment", environment)
    until("it is looked at", lambda: rig.passes("Environment") > before)
    rig.rest()
    assert cluster.find("Environment", environment) is not None
