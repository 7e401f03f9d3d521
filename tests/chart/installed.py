"""The chart on the local platform: two nodes of emulated instances, on which the operator's pods run as processes."""

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from aws import accounts
from chart.helm import CHART, NAMESPACE, Helm
from e2e.account import PRODUCTION
from e2e.kinds import Object
from e2e.operator import BINARY, Operator
from e2e.waiting import until
from e2e.world import EXAMPLES, World
from local.platform import Platform
from nodes.attempt import Attempt
from nodes.context import folder_of
from nodes.site import is_ready

# For each roll-out an image of its own, all of them the program that was built here.
DIGESTS = {"first": "sha256:" + "1" * 64, "next": "sha256:" + "2" * 64}
LEASE_SECONDS = 5
_REPOSITORY = "registry.example/cloister"
_IMAGE_ID = "ami-0c10157e000000001"
PATIENCE = 90.0


def values(version: str, **settings: Any) -> Object:
    role = accounts.role_arn(accounts.LOGIN, accounts.OPERATOR_ROLE)
    return {
        "image": {"repository": _REPOSITORY, "digest": DIGESTS[version]},
        # Nothing but the pod's token leads to AWS.
        "aws": {"identity": "ProjectedToken", "roleArn": role},
        "settings": {
            "leaseSeconds": LEASE_SECONDS,
            "kmsVisibilitySeconds": 5,
            "sweepSeconds": 10,
            "rareSweepSeconds": 10,
            "logFormat": "text",
            # The nodes' pods share this machine's network.
            "listenAddress": "$(POD_IP)",
        }
        | settings,
    }


@dataclass(frozen=True)
class Installed:
    world: World
    helm: Helm

    def pods(self, component: str = "operator") -> list[Object]:
        """Without those that are about to go."""
        found = [pod for pod in self.world.cluster.every("Pod", NAMESPACE) if _component(pod) == component]
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def leader(self) -> str:
        """The name of the pod that holds the lease."""
        return self.holder().rpartition("-")[0]

    def holder(self) -> str:
        """The process that does: each start of a container is another."""
        lease = self.world.cluster.find("Lease", "cloister", NAMESPACE) or {}
        return str(lease.get("spec", {}).get("holderIdentity") or "")

    def attempt(self, pod: Object) -> Attempt:
        """The container's last one, as this machine sees it."""
        home = self.world.platform.directory / "nodes" / pod["spec"]["nodeName"] / folder_of(pod)
        containers = home / "containers" / _component(pod)
        return Attempt(max(containers.iterdir(), key=lambda path: int(path.name)))

    def log(self, pod: Object) -> list[str]:
        """Of that attempt."""
        where = self.world.platform.directory / "logs" / "pods" / folder_of(pod) / _component(pod)
        return (where / f"{self.attempt(pod).number}.log").read_text().splitlines()

    def led_since(self, pod: Object) -> datetime:
        (line,) = [line for line in self.log(pod) if "this process leads" in line]
        return datetime.fromisoformat(line.split()[0])

    @contextmanager
    def registry_is_away(self) -> Iterator[None]:
        """What ends meanwhile is not started again: its image cannot be had."""
        file = self.world.platform.nodes.images
        before = file.read_text()
        file.write_text(yaml.safe_dump({}))
        try:
            yield
        finally:
            file.write_text(before)

    def denied(self, account: str = "cloister") -> list[str]:
        """What the API server has denied the pods' account."""
        user = f"system:serviceaccount:{NAMESPACE}:{account}"
        events = [event for event in self.world.platform.control_plane.audit() if event["user"]["username"] == user]
        assert events
        return [f"{e['verb']} {e['requestURI']}" for e in events if e.get("responseStatus", {}).get("code") == 403]


@contextmanager
def installed(directory: Path) -> Iterator[Installed]:
    with Platform(directory, nodes=True) as platform:
        # Only to look: it is not started.
        world = World.on(platform, Operator(platform))
        _add_images(platform)
        _boot(world)
        restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
        world.cluster.apply(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": restricted}}
        )
        found = Installed(world, Helm(directory / "helm", platform.kubeconfig))
        found.helm.apply("install", values("first"))
        world.onboard(EXAMPLES / "environment-production.yaml", timeout=PATIENCE)
        yield found


def _component(pod: Object) -> str:
    """Its container has the same name."""
    return str(pod["metadata"]["labels"]["app.kubernetes.io/component"])


def of_program(program: Path, platform: Platform) -> Object:
    """An image for the local nodes."""
    return {
        "path": [str(program.parent)],
        "env": {"AWS_ENDPOINT_URL": platform.aws.addresses.endpoint, "NO_COLOR": "1"},
        "entrypoint": [program.name],
        "user": 65532,
    }


def _add_images(platform: Platform) -> None:
    image = of_program(BINARY, platform)
    known = yaml.safe_load(platform.nodes.images.read_text())
    known |= {f"{_REPOSITORY}@{digest}": image for digest in DIGESTS.values()}
    platform.nodes.images.write_text(yaml.safe_dump(known))


def _boot(world: World) -> None:
    """A node in each of two zones, as a cluster has them for what is nobody's tenant."""
    control_plane = world.platform.control_plane
    cluster = {
        "name": "local",
        "apiServerEndpoint": control_plane.url,
        "certificateAuthority": base64.b64encode(control_plane.keys.authority.read_bytes()).decode(),
        "cidr": "10.96.0.0/16",
    }
    config = {"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": {"cluster": cluster}}
    ec2: Any = world.aws.ec2
    assert accounts.PRODUCTION.account == PRODUCTION
    for subnet in accounts.PRODUCTION.subnets:
        ec2.run_instances(
            ImageId=_IMAGE_ID,
            InstanceType="m6i.large",
            MinCount=1,
            MaxCount=1,
            SubnetId=subnet,
            UserData=json.dumps(config),
        )

    def ready() -> int:
        return sum(is_ready(node) for node in world.cluster.every("Node"))

    until("two nodes are there", ready, lambda count: count == len(accounts.PRODUCTION.subnets), timeout=PATIENCE)


def next_version(directory: Path) -> Path:
    """A chart as the next release may be: another version, and a definition that has changed."""
    chart = directory / "next"
    shutil.copytree(CHART, chart)
    about = yaml.safe_load((chart / "Chart.yaml").read_text())
    about |= {"version": "0.1.1", "appVersion": "0.1.1"}
    (chart / "Chart.yaml").write_text(yaml.safe_dump(about))
    definitions = chart / "files" / "crds.yaml"
    before = "    shortNames:\n    - env\n"
    text = definitions.read_text()
    assert before in text
    definitions.write_text(text.replace(before, f"{before}    - envs\n"))
    return chart
