"""One scene for all tests: uploads do not get in each other's way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from upload.api.scene import Scene, running_scene

# Tests ask faster than people; what they ask too fast has an API of its own.
GENEROUS = ("--user-rate=1000", "--user-burst=1000", "--refused-rate=1000", "--refused-burst=1000")


@pytest.fixture(scope="package")
def shared_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with running_scene(Path(tmp_path_factory.mktemp("upload")), *GENEROUS) as scene:
        yield scene


@pytest.fixture
def scene(shared_scene: Scene) -> Iterator[Scene]:
    """Ends by asking whether any call broke an invariant, and whether anything was told that must not be."""
    yield shared_scene
    assert shared_scene.world.calls.violations() == []
    shared_scene.check()
