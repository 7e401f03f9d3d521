"""One world with a tenant that has everything that the plugin's verbs are about."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e import manifests
from e2e.warehouse import Warehouse, clusters_take
from e2e.world import World, running_world
from plugin.kubectl import Kubectl

TENANT, BUCKET, WATCHED = "desk", "landing", "watched"


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(Path(tmp_path_factory.mktemp("plugin")), sweep_seconds=5) as world:
        clusters_take(world, default=0)
        watched = {"name": WATCHED, "driftPolicy": "Report"}
        world.onboard(manifests.tenant(TENANT, BUCKET, watched, warehouse={"reboots": "AtOnce"}), timeout=90)
        yield world
        assert world.calls.violations() == []
        world.operator.check_log()


@pytest.fixture(scope="package")
def kubectl(world: World) -> Kubectl:
    return Kubectl.of(world)


@pytest.fixture(scope="package")
def warehouse(world: World) -> Warehouse:
    return Warehouse(world, TENANT)
