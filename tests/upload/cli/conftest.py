"""An emulator for all of these tests; each has a bucket, an API and a user's home of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aws.conftest import Emulator
from upload.cli.account import Account
from upload.cli.command import Command
from upload.cli.contract import Contract


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("emulator"))
    yield emulator
    assert emulator.stop() == 0


@pytest.fixture
def account(running: Emulator) -> Iterator[Account]:
    running.reset()
    yield Account(running)
    running.control("DELETE", "/faults")


@pytest.fixture
def api(account: Account) -> Iterator[Contract]:
    contract = Contract(account)
    yield contract
    contract.stop()


@pytest.fixture
def cli(tmp_path: Path, api: Contract) -> Command:
    """Logged in."""
    command = Command(tmp_path / "home", api.url)
    command.log_in()
    return command
