"""The part of argocd-cm that an Argo CD needs as long as it does not have our kinds built in.

python -m argocd.configmap    writes deploy/argocd/argocd-cm.yaml
"""

from pathlib import Path
from typing import Any

import yaml

from argocd.engine import ARGOCD, CUSTOMIZATIONS

FILE = ARGOCD / "argocd-cm.yaml"
_HEAD = "# Made from resource_customizations/ by `make generate`; to be merged into what is there: README.md.\n"


class _Dumper(yaml.SafeDumper):
    """Scripts stay readable."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def render() -> str:
    data: dict[str, str] = {}
    for kind in sorted(CUSTOMIZATIONS.glob("*/*")):
        name = f"{kind.parent.name}_{kind.name}"
        data[f"resource.customizations.health.{name}"] = (kind / "health.lua").read_text()
        data[f"resource.customizations.actions.{name}"] = _yaml(_actions(kind / "actions"))
    labels = {"app.kubernetes.io/name": "argocd-cm", "app.kubernetes.io/part-of": "argocd"}
    meta = {"name": "argocd-cm", "namespace": "argocd", "labels": labels}
    return _HEAD + _yaml({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data})


def _actions(folder: Path) -> dict[str, Any]:
    scripts = sorted(folder.glob("*/action.lua"))
    definitions = [{"name": script.parent.name, "action.lua": script.read_text()} for script in scripts]
    return {"discovery.lua": (folder / "discovery.lua").read_text(), "definitions": definitions}


def _yaml(data: dict[str, Any]) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=160)


if __name__ == "__main__":
    FILE.write_text(render())
