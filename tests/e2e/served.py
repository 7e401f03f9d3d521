"""An application's pods, of which the test plays the node, and the Secrets that people keep for it."""

import base64
from dataclasses import dataclass

from e2e.cluster import RefusedError
from e2e.kinds import Object, is_ready
from e2e.waiting import until
from e2e.world import World

LABEL = "cloister.dev/app"


@dataclass(frozen=True)
class Served:
    world: World
    namespace: str
    name: str

    def write_secrets(self) -> None:
        self.write_secret(f"{self.name}-sign-in", "Opaque", {"client-secret": "s3cr3t"})
        self.write_secret(f"{self.name}-tls", "kubernetes.io/tls", {"tls.crt": "cert", "tls.key": "key"})

    def write_secret(self, name: str, type_: str, data: dict[str, str]) -> None:
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
        meta = {"name": name, "namespace": self.namespace}
        self.world.cluster.apply(
            {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": type_, "data": encoded}
        )

    def object(self) -> Object:
        return self.world.cluster.get("AnalyticsApp", self.name, self.namespace)

    def message(self) -> str:
        return str(self.object().get("status", {}).get("message", ""))

    def pods(self) -> list[Object]:
        mine = self.world.cluster.every("Pod", self.namespace)
        return [pod for pod in mine if pod["metadata"]["labels"].get(LABEL) == self.name]

    def run_pods(self) -> None:
        """As a node would that has the images."""
        for pod in self.pods():
            if not any(c["type"] == "Ready" for c in pod["status"].get("conditions", [])):
                # Since when, or a Deployment would never count it as available.
                since = pod["metadata"]["creationTimestamp"]
                ready = {"type": "Ready", "status": "True", "lastTransitionTime": since}
                told = {"phase": "Running", "conditions": [ready]}
                try:
                    self.world.cluster.set_status("Pod", pod["metadata"]["name"], told, self.namespace)
                except RefusedError as refused:
                    if refused.code != 404:
                        raise

    def wait_ready(self, timeout: float = 30.0) -> Object:
        def look() -> Object:
            self.run_pods()
            return self.object()

        return until(f"{self.name} is Ready", look, is_ready, timeout=timeout)

    def record(self, path: str, *, since: int = 0) -> Object | None:
        """The newest difference at that field that was mended."""
        found = self.object()["status"].get("recentDrift", [])
        mended = [each for each in found if each["path"] == path and each.get("mendedAt")]
        return mended[0] if len(mended) > since else None
