"""One world whose sweep is too rare to find anything, as long as events are heard."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e import manifests
from e2e.careless import Target
from e2e.world import World, running_world
from events import feed

TENANT = "listener"
# Where a feed is silent; where it is heard, the sweep comes once in an hour.
SWEEP_SECONDS = 5
FLAGS = ("--rare-sweep-seconds=3600", "--event-probe-seconds=2", "--event-silence-seconds=8")


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = Path(tmp_path_factory.mktemp("events"))
    with running_world(directory, sweep_seconds=SWEEP_SECONDS, flags=FLAGS) as world:
        feed.mischief(world)
        world.onboard(feed.environment())
        feed.is_heard(world)
        world.onboard(manifests.tenant(TENANT, "inbox"))
        yield world


@pytest.fixture
def world(running: World) -> Iterator[World]:
    yield running
    feed.mischief(running)
    feed.is_heard(running)
    assert running.calls.violations() == []
    running.operator.check_log()


@pytest.fixture
def target(world: World) -> Iterator[Target]:
    world.cluster.wait_ready("ClientTenant", TENANT)
    yield Target.of(world, TENANT, "inbox")
    world.cluster.wait_ready("ClientTenant", TENANT)
