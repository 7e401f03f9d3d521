"""Several replicas, one leader: nobody else acts, and the work goes on whatever becomes of it."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.kinds import path
from e2e.waiting import until
from sieve.pair import LEASE_SECONDS, LEASES, TAKEOVER, Pair, running_pair

# Well before a lease runs out.
_AT_ONCE = 5.0


@pytest.fixture(scope="module")
def shared_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with running_pair(Path(tmp_path_factory.mktemp("pair"))) as pair:
        yield pair


@pytest.fixture
def pair(shared_pair: Pair) -> Iterator[Pair]:
    yield shared_pair
    shared_pair.rig.check()
    for replica in shared_pair.replicas:
        replica.operator.check_log()


def _made_keys(pair: Pair, since: int) -> int:
    return sum(call.operation == "CreateKey" for call in pair.rig.world.calls.since(since))


def test_only_the_leader_acts(pair: Pair) -> None:
    leader, waiting = pair.complete()
    name = pair.rig.fresh("alone")
    pair.rig.apply(name)
    pair.rig.wait_ready(name)
    assert not waiting.leads
    assert waiting.relay.said == 0
    assert leader.relay.said > 0


def test_a_leader_that_is_stopped_hands_over_at_once(pair: Pair) -> None:
    leader, waiting = pair.complete()
    leader.operator.stop()
    try:
        until("the other leads", lambda: waiting.leads, timeout=_AT_ONCE)
    finally:
        until("the other leads at last", lambda: waiting.leads, timeout=TAKEOVER)


def test_a_leader_that_is_killed_halfway_is_followed_by_one_that_makes_nothing_twice(pair: Pair) -> None:
    leader, waiting = pair.complete()
    name = pair.rig.fresh("orphan")
    since = pair.rig.world.calls.mark(name)
    create = {"service": "kms", "operation": "CreateKey", "caller": "*/CloisterProvisioner/*"}
    rule = pair.rig.inject(create | {"kind": "kill", "pid": leader.operator.pid})
    pair.rig.apply(name)
    until("the leader dies of its wish", lambda: not leader.operator.lives)
    pair.rig.withdraw(rule)
    until("the other leads", lambda: waiting.leads, timeout=TAKEOVER)
    pair.rig.wait_ready(name)
    assert _made_keys(pair, since) == 1


def test_a_leader_that_wakes_up_after_its_time_does_nothing_any_more(pair: Pair) -> None:
    """It has written down its wish for a key and sleeps before it sends it; the other gives it up and makes one."""
    leader, waiting = pair.complete()
    name = pair.rig.fresh("sleeper")
    since = pair.rig.world.calls.mark(name)
    stall = leader.proxy.stall("PATCH", f"{path('ClientTenant', name=name)}/status")
    pair.rig.apply(name)
    assert stall.reached.wait(timeout=30)
    leader.signal(signal.SIGSTOP)
    leader.proxy.end(stall)
    until("the other leads", lambda: waiting.leads, timeout=TAKEOVER)
    pair.rig.wait_ready(name)
    said = leader.relay.said
    leader.signal(signal.SIGCONT)
    until("it ends", lambda: not leader.operator.lives)
    assert leader.relay.said == said
    assert _made_keys(pair, since) == 1


def test_one_whose_watch_tells_nothing_takes_nothing_from_who_renews_and_follows_who_does_not(pair: Pair) -> None:
    leader, waiting = pair.complete()
    waiting.proxy.deafen(LEASES)
    try:
        time.sleep(LEASE_SECONDS + 2)
        assert leader.leads and not waiting.leads
        leader.operator.kill()
        until("the other leads", lambda: waiting.leads, timeout=TAKEOVER)
    finally:
        waiting.proxy.thaw()
