"""How many round trips to AWS one waits for, and which."""

import time

from bench.chain import chain, described
from bench.crowd import onboarded
from bench.log import TimedLog
from bench.table import say, title
from e2e.world import World

ROUND_TRIP = 100


def depth(world: World) -> None:
    title("Depth: how many round trips one waits for until a tenant with one bucket is Ready")
    log = TimedLog(world.endpoints.control)
    onboarded(world, "warming-up")
    quick = onboarded(world, "without")
    mark = log.mark()
    with log.latency(ROUND_TRIP):
        began = time.time()
        slow = onboarded(world, "with-latency")
    say("Ready, no latency", f"{quick:.2f} s")
    say(f"Ready, {ROUND_TRIP} ms per AWS call", f"{slow:.2f} s")
    say("depth", f"{(slow - quick) * 1000 / ROUND_TRIP:.1f}", "bar: at most 20")
    for line in described(chain(log.since(mark), time.time()), began):
        print(f"      {line}")
