"""The operator's rights: those of the chart, from the files that its templates include, and which of them are used."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from e2e.kinds import Object

FILES = Path(__file__).resolve().parents[2] / "charts" / "cloister" / "files"
NAMESPACE = "cloister-system"
NAME = "cloister"

USER = f"system:serviceaccount:{NAMESPACE}:{NAME}"
_CLAIMS = Path(__file__).with_name("rights-used.yaml")
# Group, resource, verb.
Right = tuple[str, str, str]

_API = "rbac.authorization.k8s.io"


def rules(name: str) -> list[Object]:
    found: list[Object] = yaml.safe_load((FILES / f"{name}.yaml").read_text())
    return found


def manifests() -> list[Object]:
    """What the chart installs of them, without Helm."""
    everywhere = {"rules": rules("rules") + rules("granted")}
    account = {"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": NAME, "namespace": NAMESPACE}},
        _made("ClusterRole") | everywhere,
        _made("ClusterRoleBinding") | _of("ClusterRole") | {"subjects": [account]},
        _made("Role", NAMESPACE) | {"rules": rules("lease")},
        _made("RoleBinding", NAMESPACE) | _of("Role") | {"subjects": [account]},
    ]


def _made(kind: str, namespace: str = "") -> Object:
    where = {"namespace": namespace} if namespace else {}
    return {"apiVersion": f"{_API}/v1", "kind": kind, "metadata": {"name": NAME} | where}


def _of(kind: str) -> Object:
    return {"roleRef": {"apiGroup": _API, "kind": kind, "name": NAME}}


def held(name: str) -> set[Right]:
    """By the rules of one of the files."""
    return {
        (group, resource, verb)
        for rule in rules(name)
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def used(audit: Iterable[dict[str, Any]]) -> set[Right]:
    """What the API server has let the operator do."""
    return set(_used(audit))


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


def _used(audit: Iterable[dict[str, Any]]) -> Iterator[Right]:
    for event in audit:
        asked = event.get("objectRef")
        if event["user"]["username"] == USER and asked and event.get("responseStatus", {}).get("code", 200) < 400:
            below = f"/{asked['subresource']}" if "subresource" in asked else ""
            yield asked.get("apiGroup", ""), asked["resource"] + below, event["verb"]
