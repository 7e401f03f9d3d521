"""A thousand pipelines with schedules: how late their runs start, and by whose doing; then a burst of files for one."""

import statistics
import time

from bench import audit, fleet
from bench.burst import burst
from bench.cpu import cpu_seconds, peak_mib, resident_mib
from bench.table import say, title
from e2e.world import World
from local.kwok import Kwok

PIPELINES, TENANTS = 1_000, 10
# Each is due every so many minutes, and a share of them each minute.
EVERY = 5
MINUTES = 6
RUN_SECONDS = 3.0
_BAR = 2.0
# While it has a request for each, the API server has no more to give, and the operator waits for it.
_CORES = 2
_MEMORY = "stated; 64 MiB is the bar for 200 tenants at rest"


def pipelines(world: World) -> None:
    Kwok(world.platform.control_plane, run_seconds=RUN_SECONDS).start()
    names = [f"herd-{n}" for n in range(TENANTS)]
    fleet.onboard(world, names)
    # While nothing else is due.
    burst(world, names[0])
    title(f"Pipelines: {PIPELINES} of {TENANTS} tenants, each due every {EVERY} minutes, on kwok's nodes")
    say("memory of the operator before", f"{resident_mib(world.operator.pid):.1f} MiB")
    fleet.scheduled(world, names, PIPELINES, EVERY)
    say("memory of the operator with them", f"{resident_mib(world.operator.pid):.1f} MiB", _MEMORY)
    _slots(world)
    say("most memory of the operator", f"{peak_mib(world.operator.pid):.1f} MiB", _MEMORY)


def _slots(world: World) -> None:
    """What is due at the next whole minutes."""
    control_plane = world.platform.control_plane
    # The first minutes have what was missed while the pipelines were made.
    first = (time.time() // 60 + 2) * 60
    until = first + MINUTES * 60 - 5
    _sleep_until(first - 2)
    cpu = cpu_seconds(world.operator.pid)
    _sleep_until(until)
    cpu = cpu_seconds(world.operator.pid) - cpu
    found = [s for s in audit.starts(control_plane, first) if s.told.get("interval") and first <= s.due < until]
    sent = audit.requests(control_plane, first, until)
    count = len(found)
    say("runs that were due, and that started", f"{PIPELINES * MINUTES // EVERY}, {count}", "bar: the same")
    say("started twice", str(count - len({(s.pipeline, s.due) for s in found})), "bar: 0")
    lags = [start.at - start.due for start in found]
    idle = audit.Idle(sent, _CORES)
    own = [idle.between(start.due, start.at) for start in found]
    say("from the slot to the Job, p50 and p99", _middle_and_end(lags))
    what = f"of it the operator's, with fewer than {_CORES} requests under way"
    say(what, _middle_and_end(own), f"bar: p99 of {_BAR:.0f} s")
    say("requests to the API server per run", f"{len(sent) / count:.1f}", audit.counted(sent, count))
    say("CPU time of the operator per run", f"{cpu / count * 1000:.0f} ms")
    say("memory of the operator", f"{resident_mib(world.operator.pid):.1f} MiB", _MEMORY)


def _sleep_until(when: float) -> None:
    time.sleep(max(0.0, when - time.time()))


def _middle_and_end(figures: list[float]) -> str:
    ordered = sorted(figures)
    return f"{statistics.median(ordered):.2f}, {ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]:.2f} s"
