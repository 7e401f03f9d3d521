"""One rig for all: its account is counted to the last resource, with the operator seeing again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sieve.rig import SieveRig, running_sieve


@pytest.fixture(scope="package")
def shared_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SieveRig]:
    with running_sieve(Path(tmp_path_factory.mktemp("sieve"))) as rig:
        yield rig


@pytest.fixture
def rig(shared_rig: SieveRig) -> Iterator[SieveRig]:
    yield shared_rig
    shared_rig.proxy.thaw()
    shared_rig.rest()
    shared_rig.check()
