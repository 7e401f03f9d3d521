"""Where Karpenter launches the nodes, Cloister says from what, and proves what comes up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from e2e import karpenter
from e2e.account import Account
from e2e.nodes import PATIENCE, PROVEN, Pool, write_images
from e2e.waiting import until
from e2e.world import World, running_world
from local.workers import environment


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(Path(tmp_path_factory.mktemp("karpenter")), sweep_seconds=5, nodes=True) as world:
        write_images(world)
        home = environment(world.platform.control_plane)
        role = f"arn:aws:iam::{world.aws.number}:role/{karpenter.ROLE}"
        home["spec"]["nodes"]["karpenter"] = {"roleArn": role}
        world.onboard(home)
        world.cluster.apply(*karpenter.definitions())
        yield world
        assert world.calls.violations() == []
        world.operator.check_log()


@pytest.fixture(scope="module")
def controller(world: World) -> Account:
    return karpenter.controller(world)


def test_a_node_of_karpenters_takes_pods_once_it_is_proven_and_is_not_ended(world: World, controller: Account) -> None:
    pool = Pool(world, "oak-clinic")
    pool.onboard()
    node_class, node_pool = karpenter.emitted(world, pool.name)
    for made in (node_class, node_pool):
        # Karpenter's own definitions take them as they are: no unknown field, no broken rule.
        world.platform.control_plane.kubectl("create", "--validate=strict", "-f", "-", stdin=yaml.safe_dump(made))
    pool.submit("first")
    until("it waits", lambda: pool.status.get("waitingPods"), lambda n: n == 1, timeout=PATIENCE)
    assert pool.living() == []
    instance = karpenter.launch(world, controller, node_class, node_pool)
    (node,) = until("it is a node", pool.nodes, timeout=PATIENCE)
    # As Karpenter does with the labels of its NodePool.
    world.cluster.patch("Node", node["metadata"]["name"], {"metadata": {"labels": {PROVEN: pool.name}}})
    pool.wait_running("first")
    (taint,) = pool.nodes()[0]["spec"]["taints"]
    assert taint["key"] == "cloister.dev/tenant"
    pool.delete("first")
    # It would be idle after ten seconds, were it ours.
    enough = world.operator.passes("NodePool") + 5
    until("it is looked at again", lambda: world.operator.passes("NodePool") >= enough, timeout=PATIENCE)
    assert [each["InstanceId"] for each in pool.living()] == [instance]


def test_what_karpenter_launches_on_shared_hardware_is_ended(world: World, controller: Account) -> None:
    """It falls back to default tenancy where a NodePool allows both."""
    pool = Pool(world, "ash-labs")
    pool.onboard()
    instance = karpenter.launch(world, controller, *karpenter.emitted(world, pool.name), tenancy="default")

    def state() -> str:
        (found,) = [each for each in pool.instances() if each["InstanceId"] == instance]
        return str(found["State"]["Name"])

    until("it is ended", state, lambda now: now in ("shutting-down", "terminated"), timeout=PATIENCE)
    told = [event["note"] for event in world.cluster.events(pool.name, "NodeTerminated")]
    assert any("its tenancy is default, not dedicated" in note for note in told)


def test_dedicated_hosts_are_refused_since_karpenter_uses_none(world: World) -> None:
    pool = Pool(world, "elm-hosts", tenancy="DedicatedHost")
    world.cluster.apply(pool.manifest)

    def is_told(found: Any) -> bool:
        return "uses no Dedicated Hosts: write DedicatedInstance" in (found or {}).get("status", {}).get("message", "")

    world.cluster.wait("ClientTenant", pool.name, is_told, timeout=PATIENCE)
    assert "uses no Dedicated Hosts" in karpenter.complaint(world, pool.name)
    assert "ClientTenant nobody does not exist" in karpenter.complaint(world, "nobody")
