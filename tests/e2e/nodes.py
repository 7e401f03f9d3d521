"""What tests of worker nodes share: an Environment with an image, tenants' pods, an EC2 that can be made to fail."""

from typing import Any

import yaml

from e2e.account import Account
from e2e.kinds import Object
from e2e.loopback import HTTP
from e2e.manifests import tenant
from e2e.world import World
from nodes.site import IMAGE, images

IMAGE_ID = "ami-0c10157e000000001"
NEWER_IMAGE_ID = "ami-0c10157e000000002"
PROVEN = "node-restriction.kubernetes.io/cloister-tenant"
# A machine with two cores runs the control plane, the emulator and the operator beside the nodes.
PATIENCE = 90.0


def pod(name: str, script: str = "sleep 600", cpu: str = "500m", **spec: Any) -> Object:
    """As the restricted standard wants it, and with nothing said of nodes."""
    security = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "runAsUser": 65534,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    container = {
        "name": "main",
        "image": IMAGE,
        "command": ["sh", "-c", script],
        "securityContext": security,
        "resources": {"requests": {"cpu": cpu, "memory": "64Mi"}},
    }
    base = {"restartPolicy": "Never", "containers": [container], "terminationGracePeriodSeconds": 1}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": base | spec}


class Pool:
    """A tenant's nodes, seen from both sides."""

    def __init__(self, world: World, name: str, *, operators: tuple[str, ...] = (), **nodes: Any) -> None:
        self.world, self.name = world, name
        self.manifest = tenant(name, operators=list(operators), nodes={"idleSeconds": 10} | nodes)

    def onboard(self) -> None:
        self.world.onboard(self.manifest, timeout=PATIENCE)

    def submit(self, name: str, script: str = "sleep 600", **changes: Any) -> None:
        self.world.cluster.create(pod(name, script, **changes), self.name)

    def wait_running(self, name: str) -> Object:
        def runs(found: Object | None) -> bool:
            return (found or {}).get("status", {}).get("phase") in ("Running", "Succeeded")

        found = self.world.cluster.wait("Pod", name, runs, self.name, timeout=PATIENCE)
        assert found is not None
        return found

    def phase(self, name: str) -> str:
        return str((self.world.cluster.find("Pod", name, self.name) or {}).get("status", {}).get("phase", ""))

    def delete(self, name: str) -> None:
        self.world.cluster.delete("Pod", name, self.name)

    def nodes(self) -> list[Object]:
        every = self.world.cluster.every("Node")
        return [node for node in every if node["metadata"]["labels"].get("cloister.dev/tenant") == self.name]

    def instances(self) -> list[Any]:
        """Of all states."""
        return _instances(self.world.aws, self.name)

    def living(self) -> list[Any]:
        return living(self.world.aws, self.name)

    @property
    def status(self) -> Object:
        found: Object = self.world.cluster.get("ClientTenant", self.name).get("status", {}).get("nodes", {})
        return found


def living(aws: Account, tenant: str) -> list[Any]:
    return _instances(aws, tenant, "pending", "running")


def _instances(aws: Account, tenant: str, *states: str) -> list[Any]:
    """Of all states if none is named."""
    filters = [{"Name": "tag:cloister.dev/tenant", "Values": [tenant]}]
    if states:
        filters.append({"Name": "instance-state-name", "Values": list(states)})
    ec2: Any = aws.ec2
    pages = ec2.describe_instances(Filters=filters)
    return [instance for one in pages["Reservations"] for instance in one["Instances"]]


def emulator(world: World, method: str, path: str, body: Object | None = None) -> Any:
    answer = HTTP.request(method, f"{world.endpoints.control}{path}", json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()


def write_images(world: World) -> None:
    world.platform.nodes.images.write_text(yaml.safe_dump(images()))
