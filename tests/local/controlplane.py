"""A whole Kubernetes control plane of one's own, on loopback."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local import binaries, components, credentials, kubeconfig
from local.client import Client
from local.components import Layout
from local.credentials import Credentials
from local.errors import PlatformError
from local.ports import Ports
from local.processes import Processes
from local.waiting import wait_for


class ControlPlane:
    """etcd, API server, scheduler and controller manager in one directory.

    Several may run at once. They die with this process, unless `processes`
    says that they are to outlive it.
    """

    def __init__(self, directory: Path, processes: Processes | None = None, *, node_grace: int | None = None) -> None:
        self.directory = directory.absolute()
        self._node_grace = node_grace
        self.processes = processes or Processes(self.directory)
        self._layout: Layout | None = None
        self._keys: Credentials | None = None

    @property
    def layout(self) -> Layout:
        if self._layout is None:
            raise PlatformError("This control plane has not been started.")
        return self._layout

    @property
    def keys(self) -> Credentials:
        if self._keys is None:
            raise PlatformError("This control plane has not been started.")
        return self._keys

    @property
    def url(self) -> str:
        return self.layout.url

    @property
    def kubeconfig(self) -> Path:
        """Full rights; `service_account_kubeconfig` gives lesser ones."""
        return self.directory / "kubeconfig"

    def start(self) -> None:
        tools = binaries.ensure()
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for stale in ("pki", "etcd"):
            shutil.rmtree(self.directory / stale, ignore_errors=True)
        try:
            with Ports() as ports:
                numbers = [ports.take() for _ in range(3)]
                self._layout = Layout(tools, self.directory, *numbers)
                self.layout.audit_log.unlink(missing_ok=True)
                self._start_all(self._layout)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self.processes.stop()

    def restart(self, name: str) -> None:
        """Kills one component and starts it again, with its data and port."""
        self.processes[name].kill()
        self.processes.start_again(name)
        self._wait(name, self.ready)

    def ready(self) -> bool:
        keys = self.keys
        client = Client.with_certificate(self.url, keys.authority, keys.admin)
        return client.answers("/readyz")

    def _start_all(self, layout: Layout) -> None:
        self.processes.start("etcd", components.etcd(layout))
        # etcd comes up while the keys are made.
        keys = self._keys = credentials.make(self.directory, layout.url)
        etcd = Client(layout.etcd_url)
        self._wait("etcd", lambda: etcd.answers("/health"))
        self.processes.start("kube-apiserver", components.apiserver(layout, keys))
        client = Client.with_certificate(layout.url, keys.authority, keys.admin)
        # The other two ask once a second whether it is healthy: started now, they
        # need not ask again.
        self._wait("kube-apiserver", self.ready)
        manager = components.controller_manager(layout, keys, node_grace=self._node_grace)
        self.processes.start("kube-controller-manager", manager)
        self.processes.start("kube-scheduler", components.scheduler(layout, keys))
        # The last thing a fresh cluster makes: now the controllers work, too.
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        self._wait("kube-controller-manager", lambda: client.answers(account))

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        wait_for(name, ready, still_alive=lambda: self.processes.check(name))

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """What kubectl prints; raises with its complaint if it fails."""
        command = [str(self.layout.binaries / "kubectl"), f"--kubeconfig={self.kubeconfig}"]
        done = subprocess.run([*command, *arguments], input=stdin, capture_output=True, text=True)
        if done.returncode != 0:
            raise PlatformError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def service_account_kubeconfig(
        self, namespace: str, name: str, path: Path, *, duration: str = "12h", url: str = ""
    ) -> Path:
        """Writes a kubeconfig with the rights of a service account, no more; `url` may lead through something else."""
        bound = ["create", "token", name, f"--namespace={namespace}"]
        token = self.kubectl(*bound, f"--duration={duration}").strip()
        user = kubeconfig.token_user(token)
        return kubeconfig.write(path, url or self.url, self.keys.authority, user)

    def audit(self) -> Iterator[dict[str, Any]]:
        """Every request so far, as audit events; writes carry their object."""
        with self.layout.audit_log.open() as log:
            for line in log:
                if line.endswith("\n"):  # else it is still being written
                    yield json.loads(line)

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
