"""How many grants a second the upload API gives, and what each costs it."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from bench.cpu import cpu_seconds, resident_mib
from bench.table import say, title
from e2e.loopback import session
from upload.api.scene import Scene, running_scene

GRANTS = 1000
CALLERS = 16
_PLACE = {"tenant": "acme", "bucket": "landing"}


def grants(directory: Path) -> None:
    """The emulator is slower than STS, so what the machine reaches says little; the API's own CPU time is its limit."""
    with running_scene(directory, "--user-rate=100000", "--user-burst=100000") as scene:
        title(f"{GRANTS} grants to {CALLERS} callers at once")
        _grant(scene, CALLERS)
        pid = scene.world.platform.processes[scene.api.name].pid
        began, used = time.monotonic(), cpu_seconds(pid)
        statuses = _grant(scene, GRANTS)
        took, used = time.monotonic() - began, cpu_seconds(pid) - used
        granted = statuses.count(requests.codes.created)
        say("granted", f"{granted}")
        say("seen on this machine, with the emulator beside it", f"{granted / took:.0f} /s")
        say("CPU time of the API for each", f"{used / granted * 1000:.2f} ms")
        say("so many would fill a core", f"{granted / used:.0f} /s", "1000 /s, or the limit stated")
        say("memory", f"{resident_mib(pid):.0f} MiB")


def _grant(scene: Scene, count: int) -> list[int]:
    headers = {"Authorization": f"Bearer {scene.ann.token}"}
    url = f"{scene.api.url}/v1/uploads"

    def some(share: int) -> list[int]:
        with session() as http:
            return [http.post(url, json=_PLACE, headers=headers, timeout=60).status_code for _ in range(share)]

    with ThreadPoolExecutor(CALLERS) as pool:
        return [status for part in pool.map(some, [count // CALLERS] * CALLERS) for status in part]
