"""The last act: the region is thought lost, and the newest copy of the warehouse restored in the other one."""

import time

from demo.show import heading, line, plain
from drill.verb import drill, nothing_is_left, take_snapshot
from e2e.careless import Target
from e2e.world import World


def tell(world: World, target: Target) -> int:
    """How much was not as it should be."""
    heading(f"cloister drill {target.tenant}: could the warehouse be restored if this region were lost?")
    since = time.monotonic()
    take_snapshot(world, target.warehouse)
    line("Redshift takes a snapshot, as every eight hours, and copies it to us-west-2", time.monotonic() - since)
    found = drill(world, tenant=target.tenant)
    for phase in found.report["phases"]:
        line(phase["name"], phase["seconds"])
    for check in found.report["tables"]:
        mark = "✓" if check["outcome"] == "Matched" else "✗"
        table = f"{check['schema']}.{check['table']}"
        restored, live = (check[side] and check[side]["rows"] for side in ("restored", "live"))
        plain(f"  {mark} {table:<40} {restored} rows restored, {live} in the live one")
    spent, limit = found.report["recoverySeconds"], found.report["limitSeconds"] // 3600
    line(f"Recovery time, of the {limit} hours that a proposed rule asks for: {found.report['result']}", spent)
    plain(f"  Not covered: {found.report['notCovered'][0]}")
    return 0 if found.code == 0 and nothing_is_left(world) else 1
