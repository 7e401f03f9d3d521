"""Many tenants with events: how soon a change by hand is undone, and what rest costs."""

import time

from bench import crowd
from bench.log import TimedLog
from bench.rest import AT_REST, SWEEP
from bench.table import say, title
from e2e.kinds import Object
from e2e.world import World
from events import feed

DELAY = 1.0
RARE_SWEEP = 600
_USUAL_SWEEP = 60
FLAGS = (f"--rare-sweep-seconds={RARE_SWEEP}",)
_CHANGES_A_SECOND = 5
_BEYOND = "bar: 3 s at p99"


def events(world: World) -> None:
    title(f"Events: {AT_REST} tenants with a bucket each, an event {DELAY:.0f} s after its call, rare sweeps")
    world.onboard(feed.environment())
    feed.is_heard(world)
    feed.mischief(world, least=DELAY, most=DELAY, twice=0)
    names = [f"heard-{n:03}" for n in range(AT_REST)]
    file = world.platform.directory / "heard.yaml"
    crowd.write(file, names)
    crowd.apply(world, file)
    crowd.ready_at(world, set(names), timeout=600)
    time.sleep(SWEEP / 4)
    log = TimedLog(world.endpoints.control)
    _changed_by_hand(world, log, names)
    time.sleep(SWEEP / 4)
    mark = log.mark()
    time.sleep(RARE_SWEEP * 1.1)
    calls = log.since(mark)
    each = len(calls) / AT_REST / (RARE_SWEEP * 1.1 / 3600)
    swept = f"looking every {_USUAL_SWEEP} s it were {each * RARE_SWEEP / _USUAL_SWEEP:.0f}"
    say("AWS calls per tenant and hour at rest", f"{each:.0f}", swept)


def _changed_by_hand(world: World, log: TimedLog, names: list[str]) -> None:
    buckets = {name: str(_bucket(world, name)["status"]["bucketName"]) for name in names}
    mark = log.mark()
    for name in names:
        world.aws.s3.put_bucket_versioning(Bucket=buckets[name], VersioningConfiguration={"Status": "Suspended"})
        time.sleep(1 / _CHANGES_A_SECOND)
    time.sleep(20)
    times: dict[str, list[float]] = {bucket: [] for bucket in buckets.values()}
    for call in log.since(mark, everybody=True):
        if call.operation == "PutBucketVersioning":
            times[call.resource].append(call.start)
    beyond = sorted(then[1] - then[0] - DELAY for then in times.values() if len(then) == 2)
    say("changes by hand that were undone", f"{len(beyond)} of {len(names)}")
    say("from a change until it is undone, beyond the event's delay, p50", f"{_at(beyond, 0.5):.2f} s", _BEYOND)
    say("the same, p99", f"{_at(beyond, 0.99):.2f} s", _BEYOND)
    named = sum(_is_attributed(_bucket(world, name)) for name in names)
    say("of these, told with who made the change", f"{named} of {len(names)}", "bar: all")


def _bucket(world: World, tenant: str) -> Object:
    found = world.cluster.get("IngestBucket", "landing", tenant)
    assert found is not None
    return found


def _is_attributed(bucket: Object) -> bool:
    return any("changedBy" in record for record in bucket["status"]["recentDrift"])


def _at(values: list[float], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]
