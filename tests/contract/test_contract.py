"""Each Rust test of the AWS crate as a case of its own. They all share one emulator, under names of their own."""

from pathlib import Path

import pytest

from contract.suite import Outcome, build, declared, run
from local.emulator import Emulator

TESTS = declared()


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    build()
    with Emulator(Path(tmp_path_factory.mktemp("contract"))) as emulator:
        return run(emulator.addresses.environment())


def test_those_that_are_run_are_those_that_are_written(outcome: Outcome) -> None:
    assert len(TESTS) > 10
    assert sorted(outcome.results) == TESTS


@pytest.mark.parametrize("test", TESTS)
def test_rust(outcome: Outcome, test: str) -> None:
    assert outcome.results.get(test) == "ok", outcome.said(test)
