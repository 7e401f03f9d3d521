"""What the demo shows, in its order."""

import time
from collections import Counter

import yaml

from demo import load, recover, visit
from demo.mishaps import Mishap, happen
from demo.show import heading, line, plain, shortened
from e2e.careless import IN_AWS, IN_KUBERNETES, IN_WAREHOUSE, Act, Target
from e2e.careless.schema import ADDS_A_COLUMN
from e2e.kinds import Object, is_ready
from e2e.world import EXAMPLES, World
from local.nodes import NEEDS_ROOT
from local.workers import environment

TENANT, BUCKET = "acme-health", "landing"
# The least that can be declared: nobody likes to wait for the end of a demo.
IDLE_SECONDS = 10
_PATIENCE = 60.0


def tell(world: World) -> int:
    """How much was not as it should be."""
    since = time.monotonic()
    world.install()
    world.operator.start()
    sweep = world.operator.sweep_seconds
    line(f"The operator, which looks every {sweep} s at what no event tells", _past(since))
    since = time.monotonic()
    home = environment(world.platform.control_plane)
    home["spec"]["events"] = {}
    world.onboard(home)
    line("kubectl apply -f examples/environment-production.yaml, whose nodes join this cluster: Ready", _past(since))
    world.cluster.wait("Environment", "production", _is_heard, timeout=_PATIENCE)
    line("with events: {}, CloudTrail's events are heard", _past(since))
    _onboard(world)
    target = Target.of(world, TENANT, BUCKET)
    api = load.tell(world, target) if world.platform.with_nodes else None
    if api is None:
        heading(f"No file is loaded: {NEEDS_ROOT}")
    heading("A careless administrator, with kubectl: the operator watches")
    mishaps = _show_all(world, target, IN_KUBERNETES)
    heading("A careless administrator, in AWS: CloudTrail's events tell, a second or so later")
    in_aws = _show_all(world, target, IN_AWS)
    mishaps += in_aws
    unnamed = _show_authors(target, in_aws)
    heading("A careless administrator, in the warehouse")
    mishaps += _show_all(world, target, IN_WAREHOUSE)
    unreported = _show_reported(target)
    wrong = _sum_up(world, mishaps) + unreported + unnamed
    wrong += recover.tell(world, target)
    return wrong + (visit.tell(world, target, api) if api else 0)


def _onboard(world: World) -> None:
    heading(f"kubectl apply -f examples/acme-health.yaml, with nodes.idleSeconds {IDLE_SECONDS} instead of 300")
    since = time.monotonic()
    tenant = yaml.safe_load((EXAMPLES / "acme-health.yaml").read_text())
    tenant["spec"]["nodes"]["idleSeconds"] = IDLE_SECONDS
    world.cluster.apply(tenant)
    said = ""
    for tenant in world.cluster.follow("ClientTenant", TENANT, timeout=_PATIENCE):
        status = (tenant or {}).get("status", {})
        if is_ready(tenant):
            line(f"Ready: {_resources(world)}", _past(since))
            return
        if (message := status.get("message", "")) not in ("", said):
            said = message
            line(message, _past(since))
    raise AssertionError(f"{TENANT} is not Ready after {_PATIENCE:.0f} s: {said}")


def _resources(world: World) -> str:
    tenant = world.cluster.get("ClientTenant", TENANT)
    bucket = world.cluster.get("IngestBucket", BUCKET, TENANT)
    schema = world.cluster.get("RedshiftSchema", "claims", TENANT)
    resources = [r for each in (tenant, bucket, schema) for r in each["status"]["resources"]]
    kinds = Counter(resource["id"].split("/")[0] for resource in resources)
    in_aws = {kind: n for kind, n in sorted(kinds.items()) if "-" in kind}
    others = kinds.total() - sum(in_aws.values())
    return f"{', '.join(f'{n} {kind}' for kind, n in in_aws.items())}, {others} in Kubernetes"


def _show_all(world: World, target: Target, acts: list[Act]) -> list[Mishap]:
    mishaps = happen(acts, target, _PATIENCE)
    for kind, name, namespace in sorted({mishap.act.told_of(target) for mishap in mishaps}):
        # The status follows right behind the last repair.
        world.cluster.wait(kind, name, _is_told, namespace, _PATIENCE)
    for mishap in mishaps:
        _show(mishap, target)
    return mishaps


def _show_authors(target: Target, mishaps: list[Mishap]) -> int:
    """Who it was, as the record of each difference says; how many have nobody."""
    newest = [records[0] for mishap in mishaps if (records := mishap.act.records(target))]
    authors = Counter(r["changedBy"]["identity"] for r in newest if "changedBy" in r)
    times = sorted(mishap.seconds for mishap in mishaps)
    middle, last = times[len(times) // 2], times[-1]
    plain(f"  {authors.total()} of {len(mishaps)} told with who it was: {', '.join(authors)}")
    plain(f"  from the act to the repair: p50 {middle:.1f} s, p99 {last:.1f} s; the events came 0.2 to 1.2 s after it")
    return len(mishaps) - authors.total()


def _is_heard(found: Object | None) -> bool:
    return bool((found or {}).get("status", {}).get("events") == "Heard")


def _show_reported(target: Target) -> int:
    """What holds data is left to people: found, told, and not undone."""
    act, since = ADDS_A_COLUMN, time.monotonic()
    act.do(target)
    while not (records := act.records(target)) or "mendedAt" in records[0]:
        if time.monotonic() - since > _PATIENCE:
            plain(f"  ✗  never  {act.title:<39} no record in status")
            return 1
        time.sleep(0.1)
    said = f"{shortened(records[0]['path'], 40)}: {records[0]['remedy']}"
    plain(f"  ! {time.monotonic() - since:>4.1f} s  {act.title:<39} {said}, not undone: it may hold data")
    return 0 if records[0]["remedy"] == "Reported" else 1


def _is_told(found: Object | None) -> bool:
    told = (found or {}).get("status", {}).get("recentDrift", [])
    return is_ready(found) and all("mendedAt" in record for record in told)


def _show(mishap: Mishap, target: Target) -> None:
    mark = "✓" if mishap.is_mended else "✗"
    took = f"{mishap.seconds:.1f} s" if mishap.is_mended else "never"
    records = mishap.act.records(target)
    said = "no record in status"
    if records:
        # The setting as a whole, where it is told so; otherwise one part of it.
        first = next((r for r in records if r["path"] == mishap.act.field), records[0])
        more = f" (+{len(records) - 1})" if len(records) > 1 else ""
        was, now = (shortened(first[side], 17) for side in ("was", "now"))
        path = shortened(first["path"] or first["resource"].split("/")[0], 22)
        said = f"{path}: {was} → {now}{more}"
    plain(f"  {mark} {took:>6}  {mishap.act.title:<39} {said}")


def _sum_up(world: World, mishaps: list[Mishap]) -> int:
    times = [mishap.seconds for mishap in mishaps if mishap.is_mended]
    violations = world.calls.violations()
    slowest = max(times, default=0.0)
    heading(f"{len(times)} of {len(mishaps)} found and repaired, the slowest in {slowest:.1f} s.")
    for violation in violations:
        plain(f"  ✗ an invariant was broken: {violation}")
    return len(mishaps) - len(times) + len(violations)


def _past(since: float) -> float:
    return time.monotonic() - since
