"""The operator's rights: those of the chart, from the files that its templates include, and which of them are used."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from e2e.kinds import Object

FILES = Path(__file__).resolve().parents[2] / "charts" / "cloister" / "files"
NAMESPACE = "cloister-system"
NAME = "cloister"
# The upload API, beside the operator.
UPLOAD = "cloister-upload"

USER = f"system:serviceaccount:{NAMESPACE}:{NAME}"
UPLOAD_USER = f"system:serviceaccount:{NAMESPACE}:{UPLOAD}"
_CLAIMS = Path(__file__).with_name("rights-used.yaml")
# Group, resource, verb.
Right = tuple[str, str, str]

_API = "rbac.authorization.k8s.io"


def rules(name: str) -> list[Object]:
    found: list[Object] = yaml.safe_load((FILES / f"{name}.yaml").read_text())
    return found


def manifests() -> list[Object]:
    """What the chart installs of them, without Helm."""
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        *_of_everywhere(NAME, rules("rules") + rules("granted")),
        _made("Role", NAME, NAMESPACE) | {"rules": rules("lease")},
        _made("RoleBinding", NAME, NAMESPACE) | _of("Role", NAME),
    ]


def upload_manifests() -> list[Object]:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    return [namespace, *_of_everywhere(UPLOAD, rules("upload-rules"))]


def _of_everywhere(name: str, held: list[Object]) -> list[Object]:
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": NAMESPACE}},
        _made("ClusterRole", name) | {"rules": held},
        _made("ClusterRoleBinding", name) | _of("ClusterRole", name),
    ]


def _made(kind: str, name: str, namespace: str = "") -> Object:
    where = {"namespace": namespace} if namespace else {}
    return {"apiVersion": f"{_API}/v1", "kind": kind, "metadata": {"name": name} | where}


def _of(kind: str, name: str) -> Object:
    account = {"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}
    return {"roleRef": {"apiGroup": _API, "kind": kind, "name": name}, "subjects": [account]}


def held(name: str) -> set[Right]:
    """By the rules of one of the files."""
    return {
        (group, resource, verb)
        for rule in rules(name)
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def used(audit: Iterable[dict[str, Any]], user: str = USER) -> set[Right]:
    """What the API server has let the operator do, or another."""
    return set(_used(audit, user))


def claimed() -> dict[str, set[Right]]:
    """Which file of tests is the proof that a right is needed."""
    told: dict[str, dict[str, dict[str, list[str]]]] = yaml.safe_load(_CLAIMS.read_text())
    return {
        file: {
            (group, resource, verb)
            for group, resources in groups.items()
            for resource, verbs in resources.items()
            for verb in verbs
        }
        for file, groups in told.items()
    }


def unused(file: str, audit: Iterable[dict[str, Any]]) -> set[Right]:
    """Of those that this file claims: asked when its tests are over."""
    path = Path(file)
    return claimed()[f"{path.parent.name}/{path.stem}"] - used(audit)


def _used(audit: Iterable[dict[str, Any]], user: str) -> Iterator[Right]:
    for event in audit:
        asked = event.get("objectRef")
        if event["user"]["username"] == user and asked and event.get("responseStatus", {}).get("code", 200) < 400:
            below = f"/{asked['subresource']}" if "subresource" in asked else ""
            yield asked.get("apiGroup", ""), asked["resource"] + below, event["verb"]
