"""Two tenants of one environment, their uploaders, the identity provider and the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from e2e import manifests
from e2e.kinds import Object
from e2e.loopback import HTTP
from e2e.world import World, running_world
from local.provider import Provider
from upload.api.caller import Caller, device_login
from upload.api.server import UploadApi

# What no audit record may hold; tests upload files of this name.
PHI = "john-doe-hiv"


@dataclass
class Scene:
    world: World
    provider: Provider
    api: UploadApi

    def caller(self, token: str) -> Caller:
        return Caller(self.api.url, token)

    @cached_property
    def ann(self) -> Caller:
        return self.caller(device_login(self.provider, "ann")["access_token"])

    @cached_property
    def bob(self) -> Caller:
        return self.caller(device_login(self.provider, "bob")["access_token"])

    def forget(self) -> None:
        """Everybody logs in anew."""
        for name in ("ann", "bob"):
            self.__dict__.pop(name, None)

    def calls(self, session: str) -> list[dict[str, Any]]:
        """What a session has asked of AWS, as CloudTrail would tell."""
        answer = HTTP.get(f"{self.world.endpoints.control}/calls", params={"since": 0}, timeout=10)
        return [call for call in answer.json()["calls"] if call["caller"].endswith(f"/{session}")]

    def check(self) -> None:
        """What holds whatever was asked: no panic, and nothing in logs and records that must not be there."""
        self.api.check_log()
        shown = self.api.audit_log.read_text() + self.api.log.read_text(errors="replace")
        for secret in (PHI, "eyJ", *self.secrets):
            assert secret not in shown, f"{secret[:12]}... is in the audit record or the log"

    @cached_property
    def secrets(self) -> list[str]:
        """Of credentials that were given out."""
        return []


def bucket(name: str, *groups: str, **more: object) -> Object:
    return {"name": name, "uploaders": [{"group": group} for group in groups]} | more


@contextmanager
def running_scene(directory: Path, *options: str) -> Iterator[Scene]:
    with running_world(directory, sweep_seconds=60) as world:
        provider = Provider(directory, world.platform.processes).start()
        world.onboard(
            manifests.tenant(
                "acme",
                bucket("landing", "acme-uploaders"),
                bucket("once", "acme-uploaders", writeOnce=True),
                bucket("closed"),
            ),
            timeout=60,
        )
        world.onboard(manifests.tenant("beta", bucket("landing", "beta-uploaders")), timeout=60)
        api = UploadApi(world.platform, provider, *options)
        api.start()
        yield Scene(world, provider, api)
        api.stop()
