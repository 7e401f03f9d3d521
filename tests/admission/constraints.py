"""Everything that the definitions constrain, read from their schema."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from admission.api import Refusal

Schema = dict[str, Any]
# Kind, field without indexes, and what the API server says: a rule's message or a reason.
Constraint = tuple[str, str, str]

_BOUNDS = {
    "maxLength": "FieldValueTooLong",
    "maxItems": "FieldValueTooMany",
    "enum": "FieldValueNotSupported",
    "x-kubernetes-list-map-keys": "FieldValueDuplicate",
}
# Names no constraint of ours; a future one must not be missed in silence.
_HARMLESS = {
    "default",
    "description",
    "format",
    "items",
    "properties",
    "required",
    "title",
    "type",
    "x-kubernetes-list-type",
    "x-kubernetes-validations",
}


def declared(definitions: Path) -> set[Constraint]:
    found = set()
    for definition in yaml.safe_load_all(definitions.read_text()):
        kind = definition["spec"]["names"]["kind"]
        (version,) = definition["spec"]["versions"]
        schema = version["schema"]["openAPIV3Schema"]
        schema["properties"].pop("status")
        found |= {(kind, field, said) for field, said in _walk(schema, "")}
    return found


def shown(refusal: Refusal) -> set[Constraint]:
    """What a refusal gives as its causes."""
    found = set()
    for cause in refusal.causes:
        field = re.sub(r"\[[^]]*]", "", cause["field"]).replace("<nil>", "")
        message = re.sub(r'^Invalid value: ("(\\.|[^"\\])*": |[^ ]+: )?', "", cause["message"])
        found |= {(refusal.kind, field, said) for said in (cause["reason"], message)}
    return found


def _walk(schema: Schema, field: str) -> Iterator[tuple[str, str]]:
    unknown = schema.keys() - _BOUNDS.keys() - _HARMLESS
    assert not unknown, f"{field}: nobody has said how {unknown} is refused"
    for rule in schema.get("x-kubernetes-validations", []):
        yield (field + rule.get("fieldPath", "")).removeprefix("."), rule["message"]
    for bound, reason in _BOUNDS.items():
        if bound in schema:
            yield field, reason
    if schema.get("x-kubernetes-list-type") == "set":
        yield field, "FieldValueDuplicate"
    for name in schema.get("required", []):
        yield f"{field}.{name}".removeprefix("."), "FieldValueRequired"
    for name, inner in schema.get("properties", {}).items():
        yield from _walk(inner, f"{field}.{name}".removeprefix("."))
    if "items" in schema:
        yield from _walk(schema["items"], field)
