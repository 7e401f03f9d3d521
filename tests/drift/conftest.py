"""One world with a warehouse for all that flips something of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drift.fields import WAREHOUSE
from e2e.loopback import HTTP
from e2e.world import World, running_world


@pytest.fixture(scope="package")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    # A shared read may be a quarter of the sweep old, so the sweep is short although each flip is pointed at.
    with running_world(Path(tmp_path_factory.mktemp("vault")), sweep_seconds=8) as world:
        # What takes AWS minutes takes no time.
        HTTP.post(f"{world.endpoints.control}/redshift", json={"default": 0}, timeout=10).raise_for_status()
        world.onboard(WAREHOUSE, timeout=90)
        yield world
