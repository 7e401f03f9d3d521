"""All nodes of one platform: instances come and go, pods are handed to the node that they are bound to."""

import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from local.pki import Pki
from nodes.api import Api, Object
from nodes.attempt import kill_below
from nodes.context import Context, log
from nodes.environment import Sources
from nodes.identity import node_api
from nodes.images import Images
from nodes.instances import Emulator, Instance
from nodes.machine import allocatable
from nodes.node import Node
from nodes.problems import Unusable
from nodes.registration import Registration
from nodes.userdata import NodeConfig, read_user_data
from nodes.watch import PodWatch

_POLL = 0.5


@dataclass(frozen=True)
class Settings:
    # The platform's.
    directory: Path
    emulator: Emulator
    images: Images
    owner: tuple[int, str] | None

    @property
    def home(self) -> Path:
        return self.directory / "nodes"


class Agent:
    def __init__(self, settings: Settings, admin: Api, pki: Pki) -> None:
        self._settings = settings
        self._pki = pki
        self._lock = threading.Lock()
        # By instance; those with unusable user data stay None, so that it is told once.
        self._nodes: dict[str, Node | None] = {}
        self._pods: dict[str, Object] = {}
        self._watch = PodWatch(admin, self._changed, self._gone)
        self._silent = False

    def run(self, ready: Path, stopping: threading.Event) -> None:
        self._settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._watch.start()
        self._look()
        self._end_strays()
        ready.touch()
        while not stopping.wait(_POLL):
            self._look()
        for node in self._live():
            node.context.dead.set()
        # All at once, before each is seen to its end.
        kill_below(self._settings.home)
        for node in self._live():
            node.power_off()

    def _look(self) -> None:
        try:
            instances = self._settings.emulator.instances()
        except (requests.RequestException, ValueError, KeyError) as error:
            # Not knowing is no reason to take the power from anybody.
            if not self._silent:
                log.warning("the emulator does not tell its instances: %r", error)
            self._silent = True
            return
        self._silent = False
        running = {instance.id: instance for instance in instances if instance.runs}
        for one in [known for known in self._nodes if known not in running]:
            with self._lock:
                node = self._nodes.pop(one)
            if node:
                node.power_off()
        for one, instance in running.items():
            if one not in self._nodes:
                self._boot(instance)

    def _boot(self, instance: Instance) -> None:
        try:
            node = self._made(instance, read_user_data(instance.user_data))
        except Unusable as error:
            log.error("%s never becomes a node: its user data is unusable: %s", instance.id, error)
            self._nodes[instance.id] = None
            return
        with self._lock:
            self._nodes[instance.id] = node
            node.start([pod for pod in self._pods.values() if pod["spec"]["nodeName"] == node.context.name])

    def _made(self, instance: Instance, config: NodeConfig) -> Node:
        name = instance.private_dns_name
        if any(node.context.name == name for node in self._live()):
            raise Unusable([f"another instance has the name {name} already"])
        directory = self._settings.home / name
        directory.mkdir(parents=True, exist_ok=True)
        api = node_api(self._pki, name, config, directory)
        address = urlsplit(config.endpoint)
        services = {
            "KUBERNETES_SERVICE_HOST": address.hostname or "",
            "KUBERNETES_SERVICE_PORT": str(address.port or 443),
            "KUBERNETES_SERVICE_PORT_HTTPS": str(address.port or 443),
        }
        context = Context(
            name=name,
            host_ip=instance.private_ip,
            api=api,
            images=self._settings.images,
            sources=Sources(api, instance.private_ip, allocatable(instance, config.kubelet), services),
            directory=directory,
            logs=self._settings.directory / "logs" / "pods",
            owner=self._settings.owner,
        )
        return Node(context, Registration(api, instance, config.kubelet))

    def _end_strays(self) -> None:
        """Of an earlier agent, on instances that went while there was none."""
        names = {node.context.name for node in self._live()}
        for folder in self._settings.home.iterdir():
            if folder.is_dir() and folder.name not in names and not self._silent:
                kill_below(folder)

    def _changed(self, pod: Object) -> None:
        with self._lock:
            self._pods[pod["metadata"]["uid"]] = pod
            if node := self._node_of(pod):
                node.assign(pod)

    def _gone(self, pod: Object) -> None:
        with self._lock:
            self._pods.pop(pod["metadata"]["uid"], None)
            if node := self._node_of(pod):
                node.vanished(pod["metadata"]["uid"])

    def _node_of(self, pod: Object) -> Node | None:
        name = pod["spec"]["nodeName"]
        return next((node for node in self._live() if node.context.name == name), None)

    def _live(self) -> list[Node]:
        return [node for node in list(self._nodes.values()) if node]
