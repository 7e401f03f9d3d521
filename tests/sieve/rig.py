"""The rig of chaos with a proxy between the operator and the API server."""

import itertools
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chaos.inventory import Fate
from chaos.rig import PATIENCE, SWEEP_SECONDS, VISIBILITY_SECONDS, Rig
from e2e.kinds import Object
from e2e.manifests import tenant
from e2e.operator import PASSES, Operator
from e2e.waiting import until
from e2e.world import EXAMPLES, World
from local.platform import Platform
from sieve.proxy import Proxy, View

_RUNNING = re.compile(r"^cloister_passes_running\{.*\} ([1-9]\d*)", re.MULTILINE)


@dataclass
class SieveRig(Rig):
    proxy: Proxy = field(kw_only=True)

    # --- What the operator sees ------------------------------------------------

    def restart_into(self, view: View) -> None:
        """A new process, whose caches are filled with the past."""
        self.world.operator.kill()
        self.proxy.freeze(view)
        before = {where: self.proxy.stale_lists(where) for where in view}
        self.world.operator.restart()
        assert all(self.proxy.stale_lists(where) > before[where] for where in view)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Nothing that happens inside is seen before its end, or ever if it is killed inside."""
        os.kill(self.world.operator.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            if self.world.operator.lives:
                os.kill(self.world.operator.pid, signal.SIGCONT)

    # --- What it does ------------------------------------------------------------

    def look_at(self, tenant: str) -> None:
        """Has a pass made over the tenant, without touching it: by an object of its namespace that is seen live."""
        before = self.passes("ClientTenant")
        asked = itertools.count()

        def passed() -> bool:
            # The first look after a restart may swallow a wish, so that it is repeated.
            if (n := next(asked)) % 10 == 0:
                wish = {"metadata": {"annotations": {"example.com/look": str(n)}}}
                self.world.cluster.patch("NetworkPolicy", "default-deny", wish, tenant)
            return self.passes("ClientTenant") > before

        until(f"a pass over {tenant}", passed)
        self.rest()

    def passes(self, kind: str) -> int:
        return self.world.operator.passes(kind)

    def rest(self) -> None:
        """Until no pass is under way."""
        seen: list[str] = []

        def quiet() -> bool:
            told = self.world.operator.metrics()
            seen.append("busy" if _RUNNING.search(told) else str(PASSES.findall(told)))
            return len(seen) > 5 and seen[-1] != "busy" and len(set(seen[-5:])) == 1

        until("the operator rests", quiet)

    def wait_first_pass(self, kind: str) -> None:
        """Of this process, and for what followed from it."""
        until(f"a pass over a {kind}", lambda: self.passes(kind) > 0)
        self.rest()

    def changes(self, since: int) -> list[str]:
        """What was changed in AWS since then."""
        return [call.line for call in self.world.calls.since(since) if call.changes]

    # --- What users do ---------------------------------------------------------

    def edit(self, name: str, **spec: Any) -> Object:
        return self.world.cluster.patch("ClientTenant", name, {"spec": spec})

    def apply_with_bucket(self, name: str, bucket: Object, **spec: Any) -> None:
        """A tenant whose bucket is an object of the user's own."""
        (applied,) = self.world.cluster.apply(tenant(name, **spec))
        self.note(applied, Fate.STANDS)
        self.wait_ready(name)
        self.world.cluster.apply(ingest_bucket(name, **bucket))
        self.wait_bucket_ready(name)
        self.rest()

    def wait_bucket_ready(self, name: str) -> None:
        self.world.cluster.wait_ready("IngestBucket", "landing", name, timeout=PATIENCE)

    def wait_bucket_gone(self, name: str) -> None:
        self.world.cluster.wait_gone("IngestBucket", "landing", name, timeout=PATIENCE)


def ingest_bucket(namespace: str, **spec: Any) -> Object:
    meta = {"name": "landing", "namespace": namespace}
    return {"apiVersion": "cloister.dev/v1alpha1", "kind": "IngestBucket", "metadata": meta, "spec": spec}


@contextmanager
def running_sieve(directory: Path, sweep_seconds: int = SWEEP_SECONDS, *, nodes: bool = False) -> Iterator[SieveRig]:
    with Platform(directory, nodes=nodes) as platform, Proxy(platform.control_plane) as proxy:
        operator = Operator(
            platform,
            sweep_seconds=sweep_seconds,
            kms_visibility_seconds=VISIBILITY_SECONDS,
            kubernetes=proxy.url,
        )
        world = World.on(platform, operator)
        world.install()
        operator.start()
        world.onboard(EXAMPLES / "environment-production.yaml")
        yield SieveRig(world, proxy=proxy)
        operator.stop()
