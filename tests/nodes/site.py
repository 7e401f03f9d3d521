"""A control plane, the agent, and a list of instances that a test may change."""

import base64
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from e2e.cluster import Cluster
from e2e.kinds import Object
from local.controlplane import ControlPlane
from local.nodes import Nodes
from nodes.context import folder_of

IMAGE = "registry.example/tools@sha256:" + "1" * 64
PYTHON_IMAGE = "registry.example/python@sha256:" + "2" * 64
# Seconds: twice the heartbeat, and the least that does not fail by chance.
GRACE = 20


class Ec2:
    """The emulator's `GET /instances`, as far as the agent knows it."""

    def __init__(self) -> None:
        self.instances: dict[str, dict[str, Any]] = {}
        listed = self.instances

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                known = self.path == "/_emulator/instances"
                body = json.dumps({"instances": list(listed.values())} if known else {}).encode()
                self.send_response(200 if known else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.control = f"http://127.0.0.1:{self._server.server_port}/_emulator"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def boot(self, number: int, user_data: str, **changes: Any) -> str:
        """The name of the node that it should become."""
        instance = {
            "id": f"i-{number:017x}",
            "account": "111122223333",
            "region": "us-east-1",
            "state": "running",
            "private_dns_name": f"ip-10-0-0-{number}.ec2.internal",
            "private_ip": f"10.0.0.{number}",
            "type": "m7i.large",
            "vcpus": 2,
            "memory_mib": 8192,
            "architecture": "x86_64",
            "zone": "us-east-1a",
            "subnet": "subnet-1",
            "user_data": user_data,
            "tags": {},
        }
        self.instances[str(instance["id"])] = instance | changes
        return str(instance["private_dns_name"])

    def set_state(self, number: int, state: str) -> None:
        one = f"i-{number:017x}"
        self.instances[one] = self.instances[one] | {"state": state}

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Site:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.control_plane = ControlPlane(directory, node_grace=GRACE)
        self.ec2 = Ec2()
        self.nodes = Nodes(directory, self.control_plane.processes)

    def __enter__(self) -> Self:
        self.control_plane.start()
        self.nodes.images.write_text(yaml.safe_dump(images()))
        self.nodes.start(control=self.ec2.control)
        self.cluster = Cluster(self.control_plane)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.control_plane.stop()
        self.nodes.clear()
        self.ec2.stop()

    def boot(self, number: int, *, flags: list[str] | None = None, **changes: Any) -> str:
        name = self.ec2.boot(number, self.user_data(flags or []), **changes)
        self.cluster.wait("Node", name, is_ready)
        return name

    def user_data(self, flags: list[str]) -> str:
        cluster = {
            "name": "local",
            "apiServerEndpoint": self.control_plane.url,
            "certificateAuthority": base64.b64encode(self.control_plane.keys.authority.read_bytes()).decode(),
            "cidr": "10.96.0.0/16",
        }
        spec = {"cluster": cluster, "kubelet": {"config": {"maxPods": 58}, "flags": flags}}
        return json.dumps({"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": spec})

    def terminate(self, number: int, *, node: bool = True) -> None:
        """As the operator does: the instance, then its Node object."""
        self.ec2.set_state(number, "terminated")
        if node:
            self.cluster.delete("Node", f"ip-10-0-0-{number}.ec2.internal")

    def add_images(self, more: dict[str, Any]) -> None:
        known = yaml.safe_load(self.nodes.images.read_text())
        self.nodes.images.write_text(yaml.safe_dump(known | more))

    def in_container(self, pod: Object, container: str, *command: str) -> str:
        """What a command says there, as kubectl exec; its complaints included."""
        inside = ["nsenter", f"--target={self.pid(pod, container)}", "--mount", "--pid", "--", *command]
        done = subprocess.run(inside, capture_output=True, text=True, check=False, timeout=20)
        return done.stdout + done.stderr

    def pid(self, pod: Object, container: str) -> int:
        """Of its latest attempt, as this machine sees it."""
        home = self.directory / "nodes" / pod["spec"]["nodeName"] / folder_of(pod)
        attempts = (home / "containers" / container).iterdir()
        latest = max(attempts, key=lambda path: int(path.name))
        return int(json.loads((latest / "started.json").read_text())["pid"])

    def agent_log(self) -> str:
        return self.control_plane.processes.log_of("nodes").read_text()

    def log(self, pod: Object, container: str = "main", attempt: int = 0) -> str:
        meta = pod["metadata"]
        folder = f"{meta['namespace']}_{meta['name']}_{meta['uid']}"
        return (self.directory / "logs" / "pods" / folder / container / f"{attempt}.log").read_text()


def images() -> dict[str, Any]:
    python = {"path": [str(Path(sys.executable).parent)], "visible": [sys.prefix, sys.base_prefix]}
    return {IMAGE: {"env": {"FROM_IMAGE": "yes"}}, PYTHON_IMAGE: {**python, "entrypoint": ["python"]}}


def is_ready(node: Object | None) -> bool:
    return _ready(node) == "True"


def is_lost(node: Object | None) -> bool:
    return _ready(node) == "Unknown"


def _ready(node: Object | None) -> str:
    conditions = (node or {}).get("status", {}).get("conditions", [])
    return next((one["status"] for one in conditions if one["type"] == "Ready"), "")
