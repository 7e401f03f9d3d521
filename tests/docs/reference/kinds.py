"""One page per kind, from its definition: every field, its bounds, and what the API server refuses in which words."""

from collections.abc import Iterator
from typing import Any

from docs.reference.text import cell, code, page, table

Schema = dict[str, Any]

SOURCE = "the types in crds/src"


def pages(definitions: list[Schema]) -> dict[str, str]:
    specs = {one["spec"]["names"]["kind"]: _schema(one)["properties"]["spec"] for one in definitions}
    return {kind: _page(one, {k: s for k, s in specs.items() if k != kind}) for kind, one in _by_kind(definitions)}


def _by_kind(definitions: list[Schema]) -> Iterator[tuple[str, Schema]]:
    return ((one["spec"]["names"]["kind"], one) for one in definitions)


def _schema(definition: Schema) -> Schema:
    schema: Schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


def _page(definition: Schema, others: dict[str, Schema]) -> str:
    spec, names = definition["spec"], definition["spec"]["names"]
    version, schema = spec["versions"][0], _schema(definition)
    columns = ", ".join(column["name"] for column in version["additionalPrinterColumns"])
    facts = [
        ("API version", code(f"{spec['group']}/{version['name']}")),
        ("Scope", spec["scope"]),
        ("Names for kubectl", ", ".join(code(name) for name in (names["plural"], *names.get("shortNames", ())))),
        ("Columns of `kubectl get`", columns),
    ]
    lines = [schema.get("description", ""), "", *table(("", ""), facts), *_rules(schema)]
    for part in ("spec", "status"):
        lines += [f"## {part}", "", *_object(schema["properties"][part], part, others)]
    return page(names["kind"], SOURCE, *lines)


def _object(schema: Schema, path: str, others: dict[str, Schema]) -> list[str]:
    """A table of its fields, then those that have fields themselves."""
    lines = []
    if description := schema.get("description"):
        lines += [description, ""]
    properties: Schema = schema.get("properties", {})
    if properties:
        rows = [_field(name, field, schema) for name, field in properties.items()]
        lines += table(("Field", "Type, default", "What it says"), rows)
    lines += _rules(schema)
    if kind := next((k for k, s in others.items() if _is_written_inline(schema, s)), ""):
        return [*lines, f"What these fields hold is told at [{kind}]({kind.lower()}.md#spec).", ""]
    for name, field in properties.items():
        inner, ending = _inner(field)
        if inner.get("properties"):
            lines += [f"### {path}.{name}{ending}", "", *_object(inner, f"{path}.{name}{ending}", others)]
    return lines


def _is_written_inline(schema: Schema, other: Schema) -> bool:
    fields = set(schema.get("properties", {}))
    return fields == {*other["properties"], "name"} and "name" not in other["properties"]


def _inner(field: Schema) -> tuple[Schema, str]:
    if "items" in field:
        inner, ending = _inner(field["items"])
        return inner, f"[]{ending}"
    if isinstance(values := field.get("additionalProperties"), dict):
        inner, ending = _inner(values)
        return inner, f".*{ending}"
    return field, ""


def _field(name: str, field: Schema, parent: Schema) -> tuple[str, str, str]:
    rules = [*field.get("x-kubernetes-validations", ()), *_rules_of(name, parent)]
    marks = []
    if name in parent.get("required", ()):
        marks.append("required")
    if any("oldSelf" in rule["rule"] and "immutable" in rule.get("message", "") for rule in rules):
        marks.append("immutable")
    inner, _ = _inner(field)
    described = field.get("description") or inner.get("description", "")
    said = [f"*{', '.join(marks)}*. " if marks else "", cell(described)]
    refusals = [f"<br>✗ {cell(_escaped(rule['message']))}" for rule in field.get("x-kubernetes-validations", ())]
    refusals += [f"<br>✗ {cell(_escaped(rule['message']))}" for rule in inner_rules(field)]
    default = f"<br>default {code(_value(field['default']))}" if "default" in field else ""
    return code(name), _type(field) + default, "".join([*said, *refusals])


def inner_rules(field: Schema) -> list[Schema]:
    """Of the elements of a list of plain values; those of objects stand beside their own fields."""
    inner, ending = _inner(field)
    return list(inner.get("x-kubernetes-validations", ())) if ending and "properties" not in inner else []


def _rules_of(name: str, parent: Schema) -> list[Schema]:
    return [r for r in parent.get("x-kubernetes-validations", ()) if r.get("fieldPath") == f".{name}"]


def _rules(schema: Schema) -> list[str]:
    """What its fields must be together, and every expression that the API server evaluates."""
    own = [(rule.get("fieldPath", "").removeprefix("."), rule) for rule in schema.get("x-kubernetes-validations", ())]
    inner = [
        (name, rule)
        for name, field in schema.get("properties", {}).items()
        for rule in [*field.get("x-kubernetes-validations", ()), *inner_rules(field)]
    ]
    lines = []
    if own:
        lines += ["Refused:", "", *(f"- {cell(_escaped(rule['message']))}" for _, rule in own), ""]
    if own or inner:
        lines += ["<details><summary>CEL rules</summary>", ""]
        lines += [f"- {f'`{where}`: ' if where else ''}{_cel(rule['rule'])}" for where, rule in own + inner]
        lines += ["", "</details>", ""]
    return lines


def _cel(rule: str) -> str:
    text = " ".join(rule.split())
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _escaped(message: str) -> str:
    return message.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")


def _type(field: Schema) -> str:
    if "items" in field:
        bound = f", at most {field['maxItems']}" if "maxItems" in field else ""
        keys = field.get("x-kubernetes-list-map-keys")
        by = f", one per {', '.join(map(code, keys))}" if keys else ""
        return f"list of {_type(field['items'])}{bound}{by}"
    if "enum" in field:
        return " or ".join(code(_value(choice)) for choice in field["enum"])
    if isinstance(field.get("additionalProperties"), dict):
        return f"map to {_type(field['additionalProperties'])}"
    bounds = f", at most {field['maxLength']} characters" if "maxLength" in field else ""
    return f"{field.get('type', 'any')}{bounds}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value)
