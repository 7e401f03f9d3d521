"""The whole local platform: a control plane and an AWS emulator in one directory."""

import json
import os
import shlex
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import yaml

from aws.accounts import ISSUER
from local import binaries, workers
from local.client import Client
from local.controlplane import ControlPlane
from local.emulator import Emulator
from local.nodes import Nodes
from local.processes import Processes


class Platform:
    """Several may run at once. It dies with this process unless `outlive` is set."""

    def __init__(
        self, directory: Path, *, outlive: bool = False, nodes: bool = False, node_grace: int | None = None
    ) -> None:
        """`nodes`: the emulator's instances join as nodes; `node_grace` is told in `components`."""
        self.directory = directory.absolute()
        self.processes = Processes(self.directory, outlive=outlive)
        self.control_plane = ControlPlane(self.directory, self.processes, node_grace=node_grace)
        self.aws = Emulator(self.directory, self.processes)
        self.nodes = Nodes(self.directory, self.processes)
        self.with_nodes = nodes

    @property
    def kubeconfig(self) -> Path:
        return self.control_plane.kubeconfig

    def start(self) -> None:
        # First what may take minutes: the emulator has no use for a head start.
        binaries.ensure()
        try:
            self.aws.launch()
            self.control_plane.start()
            self.aws.wait()
            self._introduce()
            if self.with_nodes:
                self.nodes.images.write_text(yaml.safe_dump(workers.images(self.aws)))
                self.nodes.start()
        except BaseException:
            self.stop()
            raise

    def _introduce(self) -> None:
        """Tells AWS by which keys service accounts' tokens are signed, which it would fetch from the issuer's URL."""
        keys = json.loads(self.control_plane.kubectl("get", "--raw", "/openid/v1/jwks"))
        told = {"issuer": ISSUER, "jwks": keys}
        control = self.aws.addresses.control
        Client(control).post(f"{urlsplit(control).path}/issuers", told)

    def stop(self) -> None:
        """Stops everything and leaves only the logs."""
        self.processes.stop()
        self.nodes.clear()
        for file in (self.kubeconfig, self.aws.port_file, self.env_file, self.environment_file):
            file.unlink(missing_ok=True)
        for folder in ("pki", "etcd", "bin"):
            shutil.rmtree(self.directory / folder, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """What the operator, kubectl and an AWS SDK find the platform by."""
        path = f"{binaries.ensure()}{os.pathsep}{os.environ.get('PATH', '')}"
        kubernetes = {"KUBECONFIG": str(self.kubeconfig), "PATH": path}
        return kubernetes | self.aws.addresses.environment()

    @property
    def env_file(self) -> Path:
        return self.directory / "env"

    def write_env_file(self, **more: str) -> None:
        values = self.environment() | more
        # Taken from the shell that sources it, not from the one that ran `up`.
        values.pop("PATH")
        lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
        folders = (self._plugins(), binaries.ensure(), binaries.helm().parent)
        tools = os.pathsep.join(map(str, folders))
        lines.append(f'export PATH={shlex.quote(tools)}:"$PATH"')
        self.env_file.write_text("\n".join(lines) + "\n")
        self.env_file.chmod(0o600)

    def _plugins(self) -> Path:
        """Where kubectl finds `kubectl cloister`, once it is built."""
        folder = self.directory / "bin"
        folder.mkdir(exist_ok=True)
        for name in ("kubectl-cloister", "kubectl_complete-cloister"):
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(binaries.cloister())
        return folder

    @property
    def environment_file(self) -> Path:
        return self.directory / "environment-production.yaml"

    def write_environment(self) -> None:
        """The example's Environment, whose nodes join this cluster."""
        text = yaml.safe_dump(workers.environment(self.control_plane), sort_keys=False)
        self.environment_file.write_text(text)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
