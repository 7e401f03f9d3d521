"""Makes the volumes of a pod and says where they go in its containers. Size limits are not enforced."""

import shutil
import time
from pathlib import Path, PurePosixPath

from nodes.api import Object
from nodes.environment import Sources
from nodes.expand import expand
from nodes.leftovers import memory_of
from nodes.problems import ConfigError
from nodes.volumes.atomic import Volume
from nodes.volumes.sources import Contents
from nodes.volumes.tokens import Tokens

# kubelet looks about once a minute for new contents; who waits here is a test.
_REFRESH = 5.0


class Volumes:
    def __init__(self, directory: Path, uid: str, sources: Sources) -> None:
        self._directory = directory
        self._memory = memory_of(uid)
        self._sources = sources
        self._tokens = Tokens(sources.api)
        self.due = 0.0

    def sync(self, pod: Object) -> None:
        """Makes what is not there and brings contents up to date; raises `ConfigError` if something is missing."""
        contents = Contents(pod, self._sources, self._tokens)
        for volume in pod["spec"].get("volumes", []):
            made = Volume(self._path(volume), _group(pod))
            if "emptyDir" in volume:
                if not made.directory.exists():
                    made.make(0o777)
            else:
                made.write(contents.of(volume))
        self.due = min(time.time() + _REFRESH, self._tokens.fresh_until())

    def mounts(self, pod: Object, container: Object, environment: dict[str, str]) -> list[Object]:
        volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes", [])}
        wanted = container.get("volumeMounts", [])
        return [self._mount(pod, volumes[given["name"]], given, environment) for given in wanted]

    def _mount(self, pod: Object, volume: Object, given: Object, environment: dict[str, str]) -> Object:
        source = self._path(volume)
        below = given.get("subPath") or expand(given.get("subPathExpr", ""), environment)
        if below:
            if ".." in PurePosixPath(below).parts or below.startswith("/"):
                raise ConfigError(f"subPath {below!r} leads out of the volume {volume['name']}")
            source = source / below
            if "emptyDir" in volume:
                if not source.exists():
                    Volume(source, _group(pod)).make(0o777)
            elif not source.exists():
                raise ConfigError(f"the volume {volume['name']} has no {below}")
        # Only emptyDir may be written to, as the others are kubelet's.
        read_only = bool(given.get("readOnly")) or "emptyDir" not in volume
        return {"source": str(source.resolve()), "target": given["mountPath"], "read_only": read_only}

    def remove(self) -> None:
        for folder in (self._directory, self._memory):
            shutil.rmtree(folder, ignore_errors=True)

    def _path(self, volume: Object) -> Path:
        in_memory = volume.get("emptyDir", {}).get("medium") == "Memory"
        root = self._memory if in_memory else self._directory
        return root / str(volume["name"])


def _group(pod: Object) -> int | None:
    group: int | None = pod["spec"].get("securityContext", {}).get("fsGroup")
    return group
