"""The real kubectl, which finds `kubectl-cloister` on PATH, with an engineer's rights and no more."""

import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from e2e.operator import BINARY
from e2e.world import World

RIGHTS = Path(__file__).with_name("rights.yaml")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Kubectl:
    environment: dict[str, str]

    @classmethod
    def of(cls, world: World, who: str = "engineer") -> "Kubectl":
        folder = world.platform.directory / f"plugins-of-{who}"
        folder.mkdir()
        for name in ("kubectl-cloister", "kubectl_complete-cloister"):
            (folder / name).symlink_to(BINARY)
        world.cluster.apply(RIGHTS)
        file = folder / "kubeconfig"
        world.platform.control_plane.service_account_kubeconfig("cloister-system", who, file)
        environment = os.environ | world.platform.environment()
        path = f"{folder}{os.pathsep}{environment['PATH']}"
        return cls(environment | {"KUBECONFIG": str(file), "PATH": path})

    def __call__(self, command: str, answer: str = "", timeout: float = 60) -> Done:
        """`command` is what comes after `kubectl`, as a person would type it; `answer` is what they type then."""
        done = subprocess.run(
            ["kubectl", *shlex.split(command)],
            env=self.environment,
            input=answer,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def begin(self, command: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            ["kubectl", *shlex.split(command)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def why(self, what: str) -> str:
        done = self(f"cloister why {what}")
        assert done.code == 0, done.err
        assert len(done.out.splitlines()) <= 40, done.out
        return done.out
