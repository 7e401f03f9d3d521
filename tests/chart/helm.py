"""Helm as a program, with nothing of this machine's user."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from e2e.kinds import Object
from e2e.operator import REPOSITORY
from local import binaries

CHART = REPOSITORY / "charts" / "cloister"
NAMESPACE = "cloister-system"


class HelmError(Exception):
    """It said no."""


@dataclass(frozen=True)
class Helm:
    # Where it keeps its own files.
    home: Path
    kubeconfig: Path | None = None
    release: str = "cloister"
    # More of its environment.
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str | Path) -> str:
        own = {f"HELM_{name}_HOME": str(self.home / name.lower()) for name in ("CACHE", "CONFIG", "DATA")}
        # Never the cluster of whoever runs the tests.
        own["KUBECONFIG"] = str(self.kubeconfig or os.devnull)
        command = [str(binaries.helm()), *map(str, arguments)]
        done = subprocess.run(command, env=os.environ | own | self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise HelmError(f"helm {arguments[0]}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def template(self, values: Object | None = None, *options: str, chart: Path = CHART) -> str:
        file = self.values(values or {})
        where = ("--namespace", NAMESPACE, "--values", str(file))
        return self.run("template", self.release, chart, *where, *options)

    def apply(self, verb: str, values: Object, *options: str, chart: Path = CHART) -> Any:
        """`install` or `upgrade`, and waits until everything is ready."""
        where = ("--namespace", NAMESPACE, "--values", str(self.values(values)), "--wait", "--timeout", "120s")
        return json.loads(self.run(verb, self.release, chart, *where, "--output", "json", *options))

    def values(self, values: Object) -> Path:
        self.home.mkdir(parents=True, exist_ok=True)
        file = self.home / "values.yaml"
        file.write_text(yaml.safe_dump(values))
        return file


def documents(text: str) -> list[Object]:
    return [one for one in yaml.safe_load_all(text) if one]


def of_kind(text: str, kind: str) -> list[Object]:
    return [one for one in documents(text) if one["kind"] == kind]
