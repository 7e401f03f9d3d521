"""The document describes what is served, and what is answered is as it says."""

import re
from typing import Any

import pytest

from e2e.loopback import HTTP
from upload.api.scene import Scene

Json = dict[str, Any]


@pytest.fixture(scope="module")
def document(shared_scene: Scene) -> Json:
    described: Json = HTTP.get(f"{shared_scene.api.url}/openapi.json", timeout=10).json()
    return described


def operations(document: Json) -> set[tuple[str, str]]:
    methods = {"get", "post", "put", "patch", "delete"}
    return {(method, path) for path, item in document["paths"].items() for method in methods & item.keys()}


def test_each_operation_is_served_and_no_other_method(scene: Scene, document: Json) -> None:
    described = operations(document)
    assert len(described) == 12
    for path in document["paths"]:
        for method in ("get", "post", "put", "patch", "delete"):
            answer = scene.ann.ask(method.upper(), path.replace("{id}", "a" * 26))
            reason = answer.json()["type"].rpartition("/")[2] if answer.status_code in (404, 405) else ""
            served = reason not in ("no-such-path", "method-not-allowed")
            assert served == ((method, path) in described), f"{method} {path}: {answer.status_code}"


def test_answers_are_as_described(scene: Scene, document: Json) -> None:
    upload = scene.ann.open()
    upload.put("a.csv", b"x")
    asked: list[tuple[str, str, str, Any]] = [
        ("get", "/v1/discovery", "200", scene.ann.ask("GET", "/v1/discovery")),
        ("get", "/v1/buckets", "200", scene.ann.ask("GET", "/v1/buckets")),
        ("post", "/v1/uploads/{id}/credentials", "200", upload.renew()),
        ("get", "/v1/uploads/{id}", "200", scene.ann.ask("GET", upload.path)),
        ("post", "/v1/uploads/{id}/complete", "200", upload.complete()),
        ("get", "/v1/uploads/{id}", "200", scene.ann.ask("GET", upload.path)),
        ("delete", "/v1/uploads/{id}", "409", upload.abort()),
        ("get", "/v1/uploads", "200", scene.ann.ask("GET", "/v1/uploads?limit=3")),
        ("delete", "/v1/uploads/{id}", "200", scene.ann.open().abort()),
        ("post", "/v1/uploads", "422", scene.ann.ask("POST", "/v1/uploads", json={})),
    ]
    for method, path, status, answer in asked:
        assert answer.status_code == int(status), answer.text
        (content,) = document["paths"][path][method]["responses"][status]["content"].values()
        assert faults(answer.json(), content["schema"], document) == []
    opened = document["paths"]["/v1/uploads"]["post"]["responses"]["201"]["content"]["application/json"]["schema"]
    assert faults(upload.opened, opened, document) == []


def test_the_check_itself_finds_what_is_wrong(document: Json) -> None:
    schema = {"$ref": "#/components/schemas/Ended"}
    assert faults({"uploadId": "A", "state": "Lost", "more": 1}, schema, document) == [
        "more is not described",
        "uploadId: A does not match",
        "state: Lost is none of the values",
    ]
    assert faults({"state": 1}, schema, document) == ["uploadId is missing", "state: 1 is no string"]


TYPES = {"object": "dict", "array": "list", "string": "str", "integer": "int", "boolean": "bool"}


def faults(value: Any, schema: Json, document: Json, at: str = "") -> list[str]:
    """As much of JSON Schema as the document uses."""
    if "$ref" in schema:
        return faults(value, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document, at)
    kind: str = schema.get("type", "object")
    if type(value).__name__ != TYPES[kind]:
        return [f"{at}: {value} is no {kind}"]
    if kind == "array":
        return [fault for one in value for fault in faults(one, schema["items"], document, at)]
    if kind == "object":
        known = schema.get("properties", {})
        strict = schema.get("additionalProperties", True) is False
        found = [f"{name} is not described" for name in value if strict and name not in known]
        found += [f"{name} is missing" for name in schema.get("required", []) if name not in value]
        for name in (name for name in value if name in known):
            found += faults(value[name], known[name], document, name)
        return found
    found = []
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{at}: {value} does not match")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value} is none of the values")
    return found
