"""`python -m bench`: the figures that the operator is held to, beside their bars. Never fails on a figure."""

import argparse
import tempfile
from pathlib import Path

from bench.depth import depth
from bench.door import door
from bench.events import FLAGS, events
from bench.grants import grants
from bench.hundred import hundred
from bench.pipelines import pipelines
from bench.rest import SWEEP, rest
from bench.schema import schema
from e2e.world import running_world

_FIGURES = {
    "depth": depth,
    "crowd": hundred,
    "rest": rest,
    "events": events,
    "schema": schema,
    "pipelines": pipelines,
}
# Those with a world of their own.
_ALONE = {"grants": grants, "door": door}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("only", nargs="*", choices=[[], *_FIGURES, *_ALONE], default=[])
    only = parser.parse_args().only or [*_FIGURES, *_ALONE]
    for name, figure in _FIGURES.items():
        if name in only:
            with (
                tempfile.TemporaryDirectory() as directory,
                running_world(Path(directory), sweep_seconds=SWEEP, flags=FLAGS) as world,
            ):
                figure(world)
    for name, alone in _ALONE.items():
        if name in only:
            with tempfile.TemporaryDirectory() as directory:
                alone(Path(directory))


if __name__ == "__main__":
    main()
