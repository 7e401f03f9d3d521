"""The operator's rights: those of the chart, from the files that its templates include."""

from pathlib import Path

import yaml

from e2e.kinds import Object

FILES = Path(__file__).resolve().parents[2] / "charts" / "cloister" / "files"
NAMESPACE = "cloister-system"
NAME = "cloister"

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
