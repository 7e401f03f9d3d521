"""One pass at a time, where nothing sweeps."""

from e2e.calls import Call
from e2e.waiting import until
from e2e.world import World


def settled(world: World, since: int) -> list[Call]:
    """The calls since then, once no more are coming."""
    seen: list[int] = []

    def quiet() -> bool:
        seen.append(len(world.calls.since(since)))
        # Half a second without a call: longer than any pause of a pass under way.
        return len(seen) > 6 and len(set(seen[-6:])) == 1

    until("the operator has come to rest", quiet)
    return world.calls.since(since)


def pass_over(world: World, kind: str, name: str, namespace: str = "") -> list[Call]:
    since = world.calls.mark(f"{kind} {name}")
    world.cluster.poke(kind, name, namespace)
    until("the pass begins", lambda: world.calls.since(since))
    return settled(world, since)
