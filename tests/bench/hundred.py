"""Many tenants at once: how long it takes, and whose time it is."""

import time

from bench import crowd
from bench.cpu import cpu_seconds
from bench.log import TimedLog
from bench.table import say, title
from e2e.world import World

CROWD = 100
ROUND_TRIP = 25
_CORES = 2
_EMULATOR = "aws"


def hundred(world: World) -> None:
    title(f"Crowd: {CROWD} tenants with a bucket each, {ROUND_TRIP} ms per AWS call")
    log = TimedLog(world.endpoints.control)
    names = [f"crowd-{n:03}" for n in range(CROWD)]
    file = world.platform.directory / "crowd.yaml"
    crowd.write(file, names)
    before = _cpu(world)
    mark = log.mark()
    with log.latency(ROUND_TRIP):
        began = time.monotonic()
        crowd.apply(world, file)
        seen = crowd.ready_at(world, set(names), timeout=300)
    spent = {name: seconds - before[name] for name, seconds in _cpu(world).items()}
    calls = len(log.since(mark))
    last = max(seen.values()) - began
    say("last Ready after kubectl apply", f"{last:.1f} s", "bar: 20 s (ACK: 160 s for the buckets alone)")
    say("first Ready", f"{min(seen.values()) - began:.1f} s")
    say("AWS calls per tenant", f"{calls / CROWD:.1f}")
    # It has one thread, so that its time on the processor is the sum of its times of service.
    busy = spent[_EMULATOR]
    say(
        "emulator: time of service per call",
        f"{busy / calls * 1000:.2f} ms",
        f"at most {calls / busy:.0f} calls a second",
    )
    say("emulator: calls x time of service / time to the last Ready", f"{busy / last:.0%}", "of its one thread")
    for name, seconds in sorted(spent.items(), key=lambda one: -one[1]):
        share = seconds / (last * _CORES)
        say(f"CPU time of {name}", f"{seconds:.1f} s", f"{share:.0%} of {_CORES} cores")


def _cpu(world: World) -> dict[str, float]:
    processes = world.platform.processes
    return {name: cpu_seconds(processes[name].pid) for name in processes.alive()}
