"""The manifest of the matrix declares all that can be declared, or a field that is optional would not be flipped."""

from collections.abc import Iterator
from typing import Any

import yaml

from drift.fields import WAREHOUSE
from e2e.world import DEFINITIONS

# These say what may be done, and are nothing that drifts.
MANNERS = {f"schemas.{name}" for name in ("adopt", "approvedPlan", "deletionPolicy", "driftPolicy", "paused")}
# A tenant has one or the other: what drifts in a shared one is flipped in e2e/test_shared_warehouse.py.
ELSEWHERE = {"warehouse.shared"}


def _declarable(schema: Any, path: str = "") -> Iterator[str]:
    """Every field of a type, however deep."""
    if "items" in schema:
        yield from _declarable(schema["items"], path)
    for name, inner in schema.get("properties", {}).items():
        deeper = f"{path}.{name}".lstrip(".")
        yield deeper
        yield from _declarable(inner, deeper)


def _declared(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _declared(one, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            deeper = f"{path}.{name}".lstrip(".")
            yield deeper
            yield from _declared(inner, deeper)


def _spec() -> Any:
    documents = yaml.safe_load_all(DEFINITIONS.read_text())
    (tenant,) = [one for one in documents if one["spec"]["names"]["kind"] == "ClientTenant"]
    (version,) = tenant["spec"]["versions"]
    return version["schema"]["openAPIV3Schema"]["properties"]["spec"]


def test_the_matrix_declares_everything_of_a_warehouse_and_its_schemas() -> None:
    parts = ("warehouse.", "schemas.")
    declarable = {path for path in _declarable(_spec()) if path.startswith(parts)}
    assert len(declarable) > 50
    declared = set(_declared(yaml.safe_load(WAREHOUSE.read_text())["spec"]))
    assert declarable - declared - MANNERS - ELSEWHERE == set()
