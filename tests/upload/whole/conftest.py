"""The command, the API, the identity provider, the operator's bucket: nothing of them stands in for another."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from upload.api.scene import Scene, running_scene
from upload.cli.command import Command
from upload.cli.login import log_in


@pytest.fixture(scope="package")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with running_scene(tmp_path_factory.mktemp("scene")) as running:
        yield running


@pytest.fixture
def ann(scene: Scene, tmp_path: Path) -> Command:
    command = Command(tmp_path / "ann", scene.api.url)
    log_in(command, scene.provider, "ann")
    return command
