"""Restarted into a view of the past: what is done rests on what the API server holds now, or is not done.

Sieve's "stale states": a controller that restarts may be answered by an API server whose cache lags, and so see states
again that it had already left behind.
"""

from chaos.inventory import Fate
from e2e.kinds import path
from e2e.waiting import until
from sieve.rig import SieveRig

_MORE_SERVICES = ["s3", "kms", "sqs", "redshift-data", "logs", "sts", "athena"]


def test_a_tenant_seen_as_before_its_key_was_made_gets_no_second_one(rig: SieveRig) -> None:
    name = rig.fresh("unmade")
    with rig.suspended():
        rig.apply(name)
        before = rig.proxy.record()
    rig.wait_ready(name)
    rig.rest()
    key = rig.world.cluster.get("ClientTenant", name)["status"]["keyArn"]
    since = rig.world.calls.mark(name)
    rig.restart_into(before)
    rig.wait_first_pass("ClientTenant")
    assert rig.changes(since) == []
    assert rig.world.cluster.get("ClientTenant", name)["status"]["keyArn"] == key


def test_a_key_that_kms_shows_late_is_not_made_again_by_who_has_not_seen_the_wish_for_it(rig: SieveRig) -> None:
    """Neither the view nor KMS tells of it: only the live status does."""
    name = rig.fresh("late")
    create = {"service": "kms", "operation": "CreateKey", "caller": "*/CloisterProvisioner/*"}
    late = rig.inject(create | {"kind": "delayed_visibility", "ms": 2500, "count": 1})
    kill = rig.inject(create | {"kind": "kill", "pid": rig.world.operator.pid})
    since = rig.world.calls.mark(name)
    with rig.suspended():
        rig.apply(name)
        before = rig.proxy.record()
    until("it dies of its wish", lambda: not rig.operator_lives)
    rig.withdraw(kill)
    rig.restart_into(before)
    until("the key is used", lambda: any("CreateAlias" in line for line in rig.changes(since)))
    rig.withdraw(late)
    rig.proxy.thaw()
    rig.wait_ready(name)
    made = [call for call in rig.world.calls.since(since) if call.operation == "CreateKey"]
    assert len(made) == 1


def test_an_old_spec_undoes_nothing(rig: SieveRig) -> None:
    name = rig.fresh("older")
    rig.apply(name)
    rig.wait_ready(name)
    rig.rest()
    old = rig.proxy.record("ClientTenant")
    rig.edit(name, services=_MORE_SERVICES)
    rig.wait_ready(name)
    rig.rest()
    since = rig.world.calls.mark(name)
    rig.restart_into(old)
    rig.look_at(name)
    assert rig.changes(since) == []
    assert rig.world.cluster.get("ClientTenant", name)["status"]["observedGeneration"] == 2


def test_one_that_is_gone_is_not_made_again_and_a_namesake_of_one_that_was_leaving_is_left_alone(rig: SieveRig) -> None:
    """In the past one had just been edited, the other was leaving; now one is gone, and the other another."""
    gone, again = rig.fresh("gone"), rig.fresh("again")
    for name in (gone, again):
        rig.apply(name, deletionPolicy="Delete")
    rig.wait_ready(gone, again)
    rig.rest()
    first = rig.world.cluster.get("ClientTenant", again)["metadata"]["uid"]
    with rig.suspended():
        rig.edit(gone, services=_MORE_SERVICES)
        rig.delete(again, Fate.DELETED)
        past = rig.proxy.record()
    rig.wait_ready(gone)
    rig.delete(gone, Fate.DELETED)
    rig.wait_gone(gone, again)
    # No deletion takes a key, so that the namesake takes it over.
    rig.tenants.pop(first)
    rig.apply(again, adopt=[f"kms-key/alias/cloister/{again}"])
    rig.wait_ready(again)
    rig.rest()
    namespace = rig.world.cluster.get("Namespace", again)["metadata"]["uid"]
    since = rig.world.calls.mark(again)
    tenants = path("ClientTenant")
    for view in ({tenants: past[tenants]}, past):
        rig.restart_into(view)
        rig.wait_first_pass("ClientTenant")
        assert rig.changes(since) == []
        assert rig.world.cluster.find("Namespace", gone) is None
        now = rig.world.cluster.get("Namespace", again)["metadata"]
        assert (now["uid"], "deletionTimestamp" in now) == (namespace, False)


def test_finalizers_that_others_have_put_on_since_stay(rig: SieveRig) -> None:
    name = rig.fresh("held")
    with rig.suspended():
        rig.apply(name)
        before = rig.proxy.record("ClientTenant")
    rig.wait_ready(name)
    rig.rest()
    cluster = rig.world.cluster
    held = [*cluster.get("ClientTenant", name)["metadata"]["finalizers"], "example.com/archive"]
    cluster.patch("ClientTenant", name, {"metadata": {"finalizers": held}})
    rig.restart_into(before)
    rig.wait_first_pass("ClientTenant")
    assert set(cluster.get("ClientTenant", name)["metadata"]["finalizers"]) == set(held)
