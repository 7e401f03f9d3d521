"""Two operators of which one leads, each with its own way to Kubernetes and to AWS."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from chaos.rig import SWEEP_SECONDS, VISIBILITY_SECONDS, Rig
from e2e.operator import Operator
from e2e.waiting import until
from e2e.world import EXAMPLES, World
from local.platform import Platform
from sieve.proxy import Proxy
from sieve.relay import Relay

NAMESPACE = "cloister-system"
LEASES = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases"
LEASE = f"{LEASES}/cloister"
LEASE_SECONDS = 5
# Until another may lead after one that says nothing more, and what a process needs to notice.
TAKEOVER = 40.0


@dataclass(frozen=True)
class Replica:
    operator: Operator
    proxy: Proxy
    relay: Relay

    @property
    def leads(self) -> bool:
        return self.operator.lives and self.operator.is_ready

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.operator.pid, number)


@dataclass
class Pair:
    rig: Rig
    replicas: tuple[Replica, Replica]

    @property
    def leader(self) -> Replica:
        (leader,) = [replica for replica in self.replicas if replica.leads]
        return leader

    def other(self, than: Replica) -> Replica:
        (other,) = [replica for replica in self.replicas if replica is not than]
        return other

    def complete(self) -> tuple[Replica, Replica]:
        """Both live; answers the one that leads and the one that waits."""
        leader = self.leader
        waiting = self.other(leader)
        if not waiting.operator.lives:
            self.join(waiting)
        return leader, waiting

    def join(self, replica: Replica) -> None:
        """Starts it, and waits until it knows that somebody else leads."""
        before = self._looks()
        replica.operator.launch()
        until("it has seen the lease", lambda: self._looks() >= before + 2)

    def _looks(self) -> int:
        events = self.rig.world.platform.control_plane.audit()
        return sum(event["verb"] == "get" and event["requestURI"] == LEASE for event in events)


@contextmanager
def running_pair(directory: Path) -> Iterator[Pair]:
    """One leads, the other has just seen that; the Environment is Ready."""
    with Platform(directory) as platform, ExitStack() as stack:
        port = urlsplit(platform.aws.addresses.endpoint).port
        assert port is not None

        def replica(name: str) -> Replica:
            proxy = stack.enter_context(Proxy(platform.control_plane))
            relay = stack.enter_context(Relay(port))
            operator = Operator(
                platform,
                sweep_seconds=SWEEP_SECONDS,
                kms_visibility_seconds=VISIBILITY_SECONDS,
                name=name,
                kubernetes=proxy.url,
                aws=relay.url,
                lease_namespace=NAMESPACE,
                lease_seconds=LEASE_SECONDS,
            )
            return Replica(operator, proxy, relay)

        first, second = replica("first"), replica("second")
        world = World.on(platform, first.operator)
        world.install()
        first.operator.start()
        world.onboard(EXAMPLES / "environment-production.yaml")
        pair = Pair(Rig(world), (first, second))
        pair.join(second)
        yield pair
