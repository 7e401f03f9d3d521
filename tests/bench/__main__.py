"""`python -m bench`: the figures that the operator is held to, beside their bars. Never fails on a figure."""

import argparse
import tempfile
import time
from pathlib import Path

from bench import crowd
from bench.chain import chain, described
from bench.cpu import cpu_seconds, resident_mib
from bench.log import TimedLog
from e2e.manifests import tenant
from e2e.world import World, running_world

ROUND_TRIP = 100
CROWD = 100
CROWD_TRIP = 25
AT_REST = 200
SWEEP = 60


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("only", nargs="*", choices=[[], "depth", "crowd", "rest"], default=[])
    only = parser.parse_args().only or ["depth", "crowd", "rest"]
    for name, figure in (("depth", depth), ("crowd", hundred), ("rest", rest)):
        if name in only:
            with (
                tempfile.TemporaryDirectory() as directory,
                running_world(Path(directory), sweep_seconds=SWEEP) as world,
            ):
                figure(world)


def say(what: str, figure: str, bar: str) -> None:
    print(f"  {what:<58} {figure:>12}   {bar}", flush=True)


def onboarded(world: World, name: str) -> float:
    began = time.monotonic()
    world.onboard(tenant(name, "landing"), timeout=120)
    return time.monotonic() - began


def depth(world: World) -> None:
    print("\nDepth: how many round trips one waits for until a tenant with one bucket is Ready")
    log = TimedLog(world.endpoints.control)
    onboarded(world, "warming-up")
    quick = onboarded(world, "without")
    mark = log.mark()
    with log.latency(ROUND_TRIP):
        began = time.time()
        slow = onboarded(world, "with-latency")
    say("Ready, no latency", f"{quick:.2f} s", "")
    say(f"Ready, {ROUND_TRIP} ms per AWS call", f"{slow:.2f} s", "")
    say("depth", f"{(slow - quick) * 1000 / ROUND_TRIP:.1f}", "bar: at most 20")
    for line in described(chain(log.since(mark), time.time()), began):
        print(f"      {line}")


def hundred(world: World) -> None:
    print(f"\nCrowd: {CROWD} tenants with a bucket each, {CROWD_TRIP} ms per AWS call")
    log = TimedLog(world.endpoints.control)
    names = [f"crowd-{n:03}" for n in range(CROWD)]
    file = world.platform.directory / "crowd.yaml"
    crowd.write(file, names)
    pids = {name: world.platform.processes[name].pid for name in world.platform.processes.alive()}
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    mark = log.mark()
    with log.latency(CROWD_TRIP):
        began = time.monotonic()
        crowd.apply(world, file)
        seen = crowd.ready_at(world, set(names), timeout=300)
    calls = log.since(mark)
    last = max(seen.values()) - began
    say("last Ready after kubectl apply", f"{last:.1f} s", "bar: 20 s (ACK: 160 s for the buckets alone)")
    say("first Ready", f"{min(seen.values()) - began:.1f} s", "")
    say("AWS calls per tenant", f"{len(calls) / CROWD:.1f}", "")
    for name, pid in pids.items():
        say(f"CPU time of {name}", f"{cpu_seconds(pid) - before[name]:.1f} s", f"of {last * 2:.0f} s on two cores")


def rest(world: World) -> None:
    print(f"\nRest: {AT_REST} tenants with a bucket each, a sweep every {SWEEP} s")
    log = TimedLog(world.endpoints.control)
    names = [f"rest-{n:03}" for n in range(AT_REST)]
    file = world.platform.directory / "rest.yaml"
    crowd.write(file, names)
    crowd.apply(world, file)
    crowd.ready_at(world, set(names), timeout=600)
    alone = log.mark()
    time.sleep(SWEEP)
    calls = log.since(alone)
    writes = sum(call.mutating for call in calls)
    say("memory of the operator", f"{resident_mib(world.operator.pid):.1f} MiB", "bar: 64 MiB")
    say("AWS calls per tenant and sweep", f"{len(calls) / AT_REST:.1f}", "bar: 20")
    say("AWS calls that change something", str(writes), "bar: 0")
    say("Ready of a new tenant while it sweeps", f"{onboarded(world, 'newcomer'):.2f} s", "")
    world.operator.kill()
    mark = log.mark()
    world.operator.start()
    began = time.time()
    time.sleep(SWEEP)
    seconds = [int((call.start - began) // 10) for call in log.since(mark)]
    per_slice = [seconds.count(slice_) / 10 for slice_ in range(SWEEP // 10)]
    say("calls a second after a restart, by slices of 10 s", " ".join(f"{n:.0f}" for n in per_slice), "no storm")
    say("memory of the operator after the restart", f"{resident_mib(world.operator.pid):.1f} MiB", "bar: 64 MiB")


if __name__ == "__main__":
    main()
