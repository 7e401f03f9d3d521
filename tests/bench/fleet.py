"""A thousand pipelines of some tenants, with nodes that only claim to be some."""

from concurrent.futures import ThreadPoolExecutor

from e2e.kinds import Object
from e2e.manifests import pipeline, tenant
from e2e.world import World
from local.kwok import tenants_node

BUCKET = "landing"
_ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")
# Room for a run of every pipeline at once; the quota is not what is measured.
_PODS = 1_000


def onboard(world: World, names: list[str]) -> None:
    quotas = {"cpu": _PODS, "memoryGiB": 2 * _PODS, "pods": _PODS}
    for name in names:
        world.cluster.apply(tenant(name, BUCKET, nodes={}, quotas=quotas))
    for name in names:
        world.cluster.wait_ready("ClientTenant", name, timeout=120)
        world.cluster.create(tenants_node(f"{name}-1", name, pods=_PODS, cpu=str(_PODS), memory=f"{4 * _PODS}Gi"))


def schedule(number: int, every: int) -> Object:
    """Due every so many minutes; the zone and the minute go by the number."""
    cron = "* * * * *" if every == 1 else f"{number % every}-59/{every} * * * *"
    return {"schedule": {"cron": cron, "timeZone": _ZONES[number % len(_ZONES)]}}


def _name(number: int) -> str:
    return f"load-{number:04}"


def _where(tenants: list[str], number: int) -> str:
    return tenants[number % len(tenants)]


def scheduled(world: World, tenants: list[str], count: int, every: int) -> None:
    """So many pipelines, shared out among the tenants; returns once all are Ready."""
    resources = {"cpu": "100m", "memory": "128Mi"}

    def apply(number: int) -> None:
        trigger = schedule(number, every)
        where = _where(tenants, number)
        world.cluster.apply(pipeline(_name(number), where, BUCKET, trigger=trigger, resources=resources))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(apply, range(count)))

    for number in range(count):
        world.cluster.wait_ready("EtlPipeline", _name(number), _where(tenants, number), timeout=200)
