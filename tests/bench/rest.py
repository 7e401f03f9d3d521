"""Many tenants at rest: what the sweep costs, and whether anybody waits for it."""

import statistics
import time

from bench import crowd
from bench.cpu import resident_mib
from bench.log import TimedLog
from bench.table import say, title
from e2e.operator import USER
from e2e.world import World

AT_REST = 200
SWEEP = 60
SWEEPS = 2
_NEWCOMERS = 5
_MEMORY = "bar: 64 MiB (ACK's S3 controller alone: 67 MiB at 100 buckets)"
_WRITES = {"create", "update", "patch", "delete", "deletecollection"}


def rest(world: World) -> None:
    title(f"Rest: {AT_REST} tenants with a bucket each, a sweep every {SWEEP} s")
    log = TimedLog(world.endpoints.control)
    crowd.onboarded(world, "warming-up")
    alone = _newcomers(world, "alone")
    names = [f"rest-{n:03}" for n in range(AT_REST)]
    file = world.platform.directory / "rest.yaml"
    crowd.write(file, names)
    crowd.apply(world, file)
    crowd.ready_at(world, set(names), timeout=600)
    # What has just become Ready is still looked at once more.
    time.sleep(SWEEP / 4)
    mark, written = log.mark(), _writes(world)
    time.sleep(SWEEPS * SWEEP)
    calls, written = log.since(mark), _writes(world) - written
    tenants = AT_REST + _NEWCOMERS + 1
    say("memory of the operator", f"{resident_mib(world.operator.pid):.1f} MiB", _MEMORY)
    say("AWS calls per tenant and sweep", f"{len(calls) / tenants / SWEEPS:.1f}", "bar: 20")
    say(f"AWS calls that change something, {SWEEPS} sweeps", str(sum(call.mutating for call in calls)), "bar: 0")
    say(f"writes to the API server, {SWEEPS} sweeps", str(written), "bar: 0 (by the audit log, leases aside)")
    say("Ready of a new tenant, alone", f"{alone:.2f} s", f"median of {_NEWCOMERS}")
    say("Ready of a new tenant, while it sweeps", f"{_newcomers(world, 'amid'):.2f} s", "bar: as alone")
    _restart(world, log)


def _newcomers(world: World, name: str) -> float:
    return statistics.median(crowd.onboarded(world, f"{name}-{n}") for n in range(_NEWCOMERS))


def _writes(world: World) -> int:
    events = world.platform.control_plane.audit()
    return sum(
        event["verb"] in _WRITES and event["user"]["username"] == USER and "/leases" not in event["requestURI"]
        for event in events
    )


def _restart(world: World, log: TimedLog) -> None:
    world.operator.kill()
    mark = log.mark()
    world.operator.start()
    began = time.time()
    time.sleep(SWEEP)
    slices = [int((call.start - began) // 10) for call in log.since(mark)]
    per_second = [slices.count(slice_) / 10 for slice_ in range(SWEEP // 10)]
    say("calls a second after a restart, by slices of 10 s", " ".join(f"{n:.0f}" for n in per_second), "no storm")
    say("memory of the operator after the restart", f"{resident_mib(world.operator.pid):.1f} MiB", _MEMORY)
