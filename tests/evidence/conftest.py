"""One world with the good tenant in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drill.verb import drill, take_snapshot
from e2e.warehouse import Warehouse, clusters_take
from e2e.world import World, running_world
from evidence.verb import TENANT

TOPIC = "arn:aws:sns:us-east-1:222222222222:security"
PEOPLE = {"people": {"loginAccountId": "111111111111"}}
GOOD = Path(__file__).with_name("good.yaml")


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    # A shared read may be a quarter of the sweep old, so the sweep is short although each flip is pointed at.
    with running_world(Path(tmp_path_factory.mktemp("evidence")), sweep_seconds=8) as world:
        clusters_take(world, default=0)
        world.cluster.patch("Environment", "production", {"spec": {"audit": {"alarmTopicArn": TOPIC}, **PEOPLE}})
        world.onboard(GOOD, timeout=120)
        world.cluster.wait_ready("RedshiftSchema", "claims", TENANT, timeout=60)
        take_snapshot(world, Warehouse(world, TENANT).identifier)
        drilled = drill(world, tenant=TENANT)
        assert drilled.code == 0, drilled.err
        yield world
