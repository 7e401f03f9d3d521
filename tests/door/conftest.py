"""One scene and one door for all tests that do not end it; the others have doors of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from door.browser import Browser
from door.scene import Scene, running_scene
from door.server import Door

# Tests ask faster than people, and fail to sign in more often.
GENEROUS = ("--lockout-failures=1000", "--stranger-rate=1000", "--stranger-burst=10000")


@pytest.fixture(scope="package")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with running_scene(Path(tmp_path_factory.mktemp("door"))) as scene:
        yield scene


@pytest.fixture(scope="package")
def door(scene: Scene) -> Door:
    return scene.start_door("door", *GENEROUS, "--ship-seconds=3600")


@pytest.fixture
def browser(scene: Scene, door: Door) -> Browser:
    return scene.browser(door)


@pytest.fixture(scope="package")
def amy(scene: Scene, door: Door) -> Browser:
    """Who is signed in, and stays so."""
    browser = scene.browser(door)
    assert browser.sign_in("amy").status_code == 200
    return browser
