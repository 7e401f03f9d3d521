"""The files that are to be contributed to Argo CD, run as its own tests run them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from argocd import configmap
from argocd.engine import CUSTOMIZATIONS, run_scripts
from e2e.kinds import Object
from e2e.world import DEFINITIONS

KINDS = sorted(CUSTOMIZATIONS.glob("cloister.dev/*"))
_TIMES = ("reconcile-requested-at", "run-now", "retry-failed")


def test_every_kind_has_a_health_check() -> None:
    defined = {one["spec"]["names"]["kind"] for one in yaml.safe_load_all(DEFINITIONS.read_text())}
    assert {kind.name for kind in KINDS} == defined


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_health(kind: Path) -> None:
    tests = _read(kind / "health_test.yaml")["tests"]
    objects = [_read(kind / test["inputPath"]) for test in tests]
    assert {Path(test["inputPath"]).name for test in tests} == {file.name for file in (kind / "testdata").iterdir()}
    script = (kind / "health.lua").read_text()
    for test, found in zip(tests, _all(script, objects), strict=True):
        assert found == test["healthStatus"], test["inputPath"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_actions(kind: Path) -> None:
    folder = kind / "actions"
    tests = _read(folder / "action_test.yaml")
    shown = tests["discoveryTests"]
    discovery = (folder / "discovery.lua").read_text()
    for test, found in zip(shown, _all(discovery, [_read(folder / t["inputPath"]) for t in shown]), strict=True):
        assert _named(found) == sorted(test["result"], key=lambda action: str(action["name"])), test["inputPath"]

    acted = tests["actionTests"]
    assert {test["action"] for test in acted} == {script.parent.name for script in folder.glob("*/action.lua")}
    for test in acted:
        (found,) = _all((folder / test["action"] / "action.lua").read_text(), [_read(folder / test["inputPath"])])
        assert _timeless(found) == _read(folder / test["expectedOutputPath"]), test


def test_the_config_map_holds_these_files() -> None:
    assert configmap.FILE.read_text() == configmap.render(), "make generate"
    data = _read(configmap.FILE)["data"]
    assert len(data) == 2 * len(KINDS)
    for kind in KINDS:
        name = f"cloister.dev_{kind.name}"
        assert data[f"resource.customizations.health.{name}"] == (kind / "health.lua").read_text()
        actions = yaml.safe_load(data[f"resource.customizations.actions.{name}"])
        assert actions["discovery.lua"] == (kind / "actions" / "discovery.lua").read_text()
        for action in actions["definitions"]:
            assert action["action.lua"] == (kind / "actions" / action["name"] / "action.lua").read_text()


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text())


def _all(script: str, objects: list[Object]) -> list[Any]:
    answers = run_scripts([{"script": script, "object": each} for each in objects])
    assert not [answer["error"] for answer in answers if "error" in answer]
    return [answer["result"] for answer in answers]


def _named(actions: dict[str, Object]) -> list[Object]:
    """As Argo CD lists them: what is not disabled does not say so."""
    said = [{"name": name} | {k: v for k, v in action.items() if v is not False} for name, action in actions.items()]
    return sorted(said, key=lambda action: str(action["name"]))


def _timeless(thing: Object) -> Object:
    """The clock's annotations, whose values are wishes of that moment."""
    annotations = thing["metadata"].get("annotations", {})
    for name in _TIMES:
        if (value := annotations.get(f"cloister.dev/{name}")) is not None:
            assert value.endswith("Z") and "T" in value
            annotations[f"cloister.dev/{name}"] = "TIME"
    return thing
