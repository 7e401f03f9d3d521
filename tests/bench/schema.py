"""A large schema: what its first convergence takes, and what a look at it costs, beside a small one."""

import json
import time

from bench.cpu import peak_mib, resident_mib
from bench.log import Timed, TimedLog
from bench.table import say, title
from e2e import large
from e2e.kinds import Object
from e2e.loopback import HTTP
from e2e.manifests import tenant
from e2e.waiting import until
from e2e.world import World

TABLES, ROLES, FEW = 300, 10, 3
_TENANT = "warehouse"
_KIND = "RedshiftSchema"
_MEMORY = "bar: 64 MiB for the operator in all"


def schema(world: World) -> None:
    title(f"Schema: {TABLES} tables with {ROLES} grants each, beside one of {FEW}")
    HTTP.post(f"{world.endpoints.control}/redshift", json={"default": 0}, timeout=10).raise_for_status()
    world.onboard(tenant(_TENANT, warehouse={}), timeout=120)
    say("memory of the operator before", f"{resident_mib(world.operator.pid):.1f} MiB")
    for name, tables in (("few", FEW), ("many", TABLES)):
        _measured(world, name, large.spec(tables, ROLES))
    say("memory of the operator after", f"{resident_mib(world.operator.pid):.1f} MiB", _MEMORY)
    say("most memory of the operator", f"{peak_mib(world.operator.pid):.1f} MiB")


def _measured(world: World, name: str, spec: Object) -> None:
    what = f"{len(spec['tables'])} tables"
    log = TimedLog(world.endpoints.control)
    say(f"{what}: size of the manifest", f"{len(json.dumps(spec)) / 1024:.0f} KiB", "the API server takes 1.5 MiB")
    mark, told, began = log.mark(), len(large.statements(world.endpoints.control)), time.monotonic()
    world.cluster.apply(large.schema(name, _TENANT, spec))
    world.cluster.wait_ready(_KIND, name, _TENANT, timeout=600)
    say(f"{what}: first convergence", f"{time.monotonic() - began:.2f} s")
    sent = large.statements(world.endpoints.control, told)
    say(f"{what}: its AWS calls", str(len(_settled(log, mark))))
    say(
        f"{what}: its statements",
        str(len(sent)),
        f"the longest of {max(map(len, sent)) / 1024:.1f} KiB; the most: 100 KiB",
    )

    mark, told = log.mark(), len(large.statements(world.endpoints.control))
    world.cluster.poke(_KIND, name, _TENANT)
    until("the pass begins", lambda: log.since(mark))
    calls, sent = _settled(log, mark), large.statements(world.endpoints.control, told)
    say(f"{what}: statements of a steady pass", str(len(sent)), "bar: 12")
    say(f"{what}: statements of it that change something", str(_changing(sent)), "bar: 0")
    say(f"{what}: AWS calls of it", str(len(calls)))
    say(f"{what}: time from its first call to its last answer", f"{_span(calls):.2f} s")


def _changing(sent: list[str]) -> int:
    return sum(not sql.startswith("SELECT") for sql in sent)


def _settled(log: TimedLog, mark: int) -> list[Timed]:
    """The calls since then, once no more have come for two seconds."""
    while True:
        seen = log.since(mark)
        time.sleep(2)
        if len(log.since(mark)) == len(seen):
            return seen


def _span(calls: list[Timed]) -> float:
    return max(call.end for call in calls) - min(call.start for call in calls)
