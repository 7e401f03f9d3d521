"""Each manifest in `accepted` is taken by the real API server; each in `rejected` is refused.

A rejected one says in its first lines in what words, one line for each violation:

    # refused: <exact part of the message: the field, what is wrong, what to write instead>

A second document of the same name is an update of the first, which is accepted.
"""

from pathlib import Path

import pytest

from admission.api import Api
from admission.constraints import declared, shown

_HERE = Path(__file__).resolve().parent
_EXAMPLES = _HERE.parent.parent / "examples"
_REFUSED = "# refused: "
# Rests on the status, which no manifest can set: offboarding/test_offboarding.py shows it.
_ELSEWHERE = ("offboarding cannot be removed any more",)


def _named(*folders: Path) -> list[object]:
    files = sorted(file for folder in folders for file in folder.glob("*.yaml"))
    return [pytest.param(file, id=file.stem) for file in files]


@pytest.mark.parametrize("manifest", _named(_EXAMPLES, _HERE / "accepted"))
def test_accepted(api: Api, manifest: Path) -> None:
    assert [refusal.message for refusal in api.judge(manifest)] == []


@pytest.mark.parametrize("manifest", _named(_HERE / "rejected"))
def test_rejected(api: Api, manifest: Path) -> None:
    expected = _expected(manifest)
    assert expected, f"The first line of {manifest.name} must be {_REFUSED!r} and the words."
    refusals = api.judge(manifest)
    assert len(refusals) == 1, f"{len(refusals)} documents were refused, not one."
    (refusal,) = refusals
    for words in expected:
        assert words in refusal.message
    # Whatever else is wrong with it would hide that one of these is not.
    assert len(refusal.causes or expected) == len(expected), refusal.message


def test_every_rule_and_bound_has_a_rejected_manifest(api: Api, definitions: Path) -> None:
    missing = {each for each in declared(definitions) if not any(words in str(each) for words in _ELSEWHERE)}
    for manifest in (_HERE / "rejected").glob("*.yaml"):
        for refusal in api.judge(manifest):
            missing -= shown(refusal)
    assert not missing, "\n".join(["No rejected manifest shows:", *map(str, sorted(missing))])


def _expected(manifest: Path) -> list[str]:
    lines = manifest.read_text().splitlines()
    return [line.removeprefix(_REFUSED) for line in lines if line.startswith(_REFUSED)]
