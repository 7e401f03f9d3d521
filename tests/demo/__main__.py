"""`python -m demo`: the whole story in one command. Fails if anything is not repaired."""

import argparse
import sys
import time
from pathlib import Path

from demo import build, story
from demo.show import heading, line, plain
from e2e.operator import REPOSITORY, Operator
from e2e.world import World
from local import nodes
from local.cache import locked
from local.errors import PlatformError
from local.platform import Platform
from local.state import Health, observe

# In production it looks once a minute by default, for what no event tells.
SWEEP_SECONDS = 15


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave everything running")
    parser.add_argument("--directory", type=Path, default=REPOSITORY / ".local" / "demo")
    chosen = parser.parse_args()
    platform = Platform(chosen.directory, outlive=chosen.keep, nodes=nodes.possible())
    platform.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    busy = "Another demo runs; waiting for its end..."
    try:
        with locked(platform.directory / "lock", busy):
            sys.exit(run(platform, chosen.keep))
    except (PlatformError, AssertionError) as error:
        sys.exit(f"\n{error}\nThe logs are in {_short(platform.directory / 'logs')}.")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted; what was started has been stopped again.")


def run(platform: Platform, keep: bool) -> int:
    plain("Cloister: one client onboarded, a file loaded, then a careless administrator.")
    plain("Everything runs on this machine; no AWS account is touched.")
    if observe(platform).health is not Health.DOWN:
        plain("An earlier demo was left running; stopping it first.")
        platform.stop()
    heading("Starting")
    build.binaries()
    since = time.monotonic()
    platform.start()
    stopped = False
    try:
        line("Kubernetes and the AWS emulator", time.monotonic() - since)
        world = World.on(platform, Operator(platform, sweep_seconds=SWEEP_SECONDS))
        failures = story.tell(world)
        world.operator.check_log()
        if keep:
            _tell_how_to_look_around(platform)
            stopped = True
    finally:
        if not stopped:
            platform.stop()
    return 1 if failures else 0


def _tell_how_to_look_around(platform: Platform) -> None:
    platform.write_env_file()
    heading("It is still running")
    plain(f"Look around:  source {_short(platform.env_file)}")
    plain("              kubectl get clienttenants,ingestbuckets,environments -A")
    plain("              kubectl describe clienttenant acme-health")
    plain(f"The logs:     tail -f {_short(platform.directory / 'logs' / 'cloister.log')}")
    plain("Stop it:      make demo-down")


def _short(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


if __name__ == "__main__":
    main()
