"""Argo CD's own engine and Lua as a command (`engine/`), and what it answers."""

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from e2e.kinds import Object
from local.gobuild import GoBuild

ARGOCD = Path(__file__).resolve().parent.parent.parent / "deploy" / "argocd"
CUSTOMIZATIONS = ARGOCD / "resource_customizations"
_MODULE = Path(__file__).resolve().parent


def program() -> Path:
    return GoBuild("argocd", "Argo CD's engine", _MODULE, {"engine": "./engine"}).ensure() / "engine"


def run_scripts(cases: Sequence[Object]) -> list[Object]:
    """Of each `script` on its `object`: the `result` or the `error`."""
    answer: list[Object] = json.loads(_run(["lua"], json.dumps(cases)))
    return answer


@dataclass(frozen=True)
class Report:
    """What a comparison or a sync came to."""

    raw: Any

    @property
    def phase(self) -> str:
        return str(self.raw["phase"])

    @property
    def message(self) -> str:
        return str(self.raw["message"])

    @property
    def waves(self) -> list[int]:
        return list(self.raw.get("waves", []))

    @cached_property
    def results(self) -> dict[str, Any]:
        return {f"{each['kind']}/{each['name']}": each for each in self.raw.get("results", [])}

    @cached_property
    def objects(self) -> dict[str, Any]:
        return {f"{each['kind']}/{each['name']}": each for each in self.raw["objects"]}

    @property
    def states(self) -> dict[str, str]:
        return {name: str(each["sync"]) for name, each in self.objects.items()}

    @property
    def children(self) -> set[str]:
        return {f"{each['kind']}/{each['name']}" for each in self.raw["children"]}

    def health(self, name: str) -> tuple[str, str]:
        said = self.objects[name]["health"]
        return said["status"], said.get("message", "")


@dataclass(frozen=True)
class Application:
    """An Application whose repository is a folder of its own."""

    kubeconfig: Path
    name: str
    options: tuple[str, ...] = ()
    # Of the destination.
    namespace: str = "default"
    project: Path | None = None

    @cached_property
    def repository(self) -> Path:
        return Path(tempfile.mkdtemp(prefix=f"{self.name}-"))

    def commit(self, files: Mapping[str, Object | str]) -> None:
        """The whole of what is in the repository from now on."""
        for old in self.repository.glob("*.yaml"):
            old.unlink()
        for name, content in files.items():
            text = content if isinstance(content, str) else yaml.safe_dump(content)
            (self.repository / f"{name}.yaml").write_text(text)

    def compare(self) -> Report:
        return self._do("compare")

    def sync(self, *options: str, seconds: int = 180) -> Report:
        return self._do("sync", f"--timeout={seconds}s", *options)

    def _do(self, verb: str, *options: str) -> Report:
        command = [
            verb,
            f"--kubeconfig={self.kubeconfig}",
            f"--name={self.name}",
            f"--namespace={self.namespace}",
            f"--manifests={self.repository}",
            f"--customizations={CUSTOMIZATIONS}",
            *([f"--project={self.project}"] if self.project else []),
            *self.options,
            *options,
        ]
        return Report(json.loads(_run(command)))


def _run(arguments: Sequence[str], stdin: str = "") -> str:
    done = subprocess.run([str(program()), *arguments], input=stdin, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout
