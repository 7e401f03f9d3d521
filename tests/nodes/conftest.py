from collections.abc import Iterator
from pathlib import Path

import pytest

from nodes.site import Site


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(Path(tmp_path_factory.mktemp("site"))) as site:
        yield site


@pytest.fixture(scope="package")
def node(site: Site) -> str:
    """One that all tests may use."""
    return site.boot(1, flags=["--node-labels=cloister.dev/pool=shared"])
