"""The calls that one waits for: each begins when the one before it has answered."""

from collections.abc import Sequence

from bench.log import Timed

# The clocks of the calls' starts and ends are not the same.
_SLACK = 0.003


def chain(calls: Sequence[Timed], until: float) -> list[Timed]:
    """Backwards from the last answer before `until`, each time to the latest that came before."""
    found: list[Timed] = []
    bound = until
    while before := [call for call in calls if call.end <= bound + _SLACK]:
        latest = max(before, key=lambda call: call.end)
        if latest in found:
            break
        found.append(latest)
        bound = latest.start
    return list(reversed(found))


def described(links: Sequence[Timed], start: float) -> list[str]:
    """A line for each link: when it began, and how long after the one before."""
    lines = []
    previous = start
    for link in links:
        gap = (link.start - previous) * 1000
        lines.append(f"{(link.start - start) * 1000:6.0f} ms  +{gap:3.0f}  {link.line}")
        previous = link.end
    return lines
