"""One world with the good tenant in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drill.verb import drill, take_snapshot
from e2e.served import Served
from e2e.warehouse import Warehouse, clusters_take
from e2e.world import World, running_world
from evidence import cluster_log
from evidence.apps import APP
from evidence.verb import TENANT

TOPIC = "arn:aws:sns:us-east-1:222222222222:security"
SIGN_IN = {"issuer": "https://login.example.org"}
PEOPLE = {"people": {"loginAccountId": "111111111111"}}
GOOD = Path(__file__).with_name("good.yaml")


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    # A shared read may be a quarter of the sweep old, so the sweep is short although each flip is pointed at.
    with running_world(Path(tmp_path_factory.mktemp("evidence")), sweep_seconds=8) as world:
        clusters_take(world, default=0)
        cluster_log.make(world.aws)
        spec = {"audit": {"alarmTopicArn": TOPIC, **cluster_log.SPEC}, **PEOPLE, "signIn": SIGN_IN}
        world.cluster.patch("Environment", "production", {"spec": spec})
        world.cluster.apply(GOOD)
        # The tenant waits for its application, which waits for these.
        world.cluster.wait("AnalyticsApp", APP, lambda found: found is not None, TENANT)
        app = Served(world, TENANT, APP)
        app.write_secrets()
        app.wait_ready(timeout=120)
        world.cluster.wait_ready("ClientTenant", TENANT, timeout=60)
        world.cluster.wait_ready("RedshiftSchema", "claims", TENANT, timeout=60)
        take_snapshot(world, Warehouse(world, TENANT).identifier)
        drilled = drill(world, tenant=TENANT)
        assert drilled.code == 0, drilled.err
        with cluster_log.shipper(world, world.aws):
            yield world
