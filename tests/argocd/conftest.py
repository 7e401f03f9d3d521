"""One platform for all tests: each has Applications and tenants of its own names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from argocd.applications import application, inbox
from argocd.engine import Application, program
from e2e.kinds import Object
from e2e.operator import Operator
from e2e.warehouse import clusters_take
from e2e.world import EXAMPLES, World
from local.platform import Platform

SWEEP_SECONDS = 5


@pytest.fixture(scope="package")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Without an Environment: that is for Argo CD to bring."""
    program()
    with Platform(Path(tmp_path_factory.mktemp("argocd"))) as platform:
        operator = Operator(platform, sweep_seconds=SWEEP_SECONDS)
        world = World.on(platform, operator)
        world.install()
        operator.start()
        clusters_take(world, default=0)
        yield world
        operator.stop()


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    yield shared_world
    assert shared_world.calls.violations() == []
    shared_world.operator.check_log()


@pytest.fixture(scope="package")
def examples(shared_world: World) -> Application:
    """The examples as they are, and a bucket of the tenant's as an object of its own, synced."""
    app = application(shared_world, "examples")
    files: dict[str, Object | str] = {file.stem: file.read_text() for file in EXAMPLES.glob("*.yaml")}
    app.commit(files | {"extra": inbox("acme-health", wave="2")})
    done = app.sync()
    assert done.phase == "Succeeded", done.raw
    assert done.waves == [0, 1, 2]
    return app
