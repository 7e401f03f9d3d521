"""The package as it is installed into an image."""

import tomllib

from claims.generate import awkward

from etl.world import ROOT


def test_it_asks_for_what_the_tests_run_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = (ROOT.parent / "tests" / "requirements.txt").read_text().splitlines()
    wanted = project["dependencies"] + project["optional-dependencies"]["openpgp"]
    assert wanted
    for each in wanted:
        assert f"{each} \\" in pinned, each


def test_the_generator_makes_the_same_files_by_the_same_seed() -> None:
    assert awkward(3) == awkward(3)
    assert awkward(3)[0] != awkward(4)[0]
