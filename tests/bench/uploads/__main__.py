"""`python -m bench.uploads`: throughput and CPU per GiB of the upload command, aws-cli and rclone, in one run.

All send the same files to the same S3 server on loopback, one after another, several rounds. Never fails on a figure.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
from pathlib import Path

from bench.table import say, title
from bench.uploads import debian
from bench.uploads.api import BenchApi
from bench.uploads.senders import Cost, Sender, senders
from bench.uploads.server import Server, running
from local.errors import PlatformError
from upload.cli.command import Command

GIB = 1 << 30
MIB = 1 << 20
LARGE = 2 * GIB
SMALL, SMALL_FILES = 10 << 10, 10_000
_SEED = 20261124


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.uploads", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    try:
        theirs = debian.ensure()
        with tempfile.TemporaryDirectory() as directory, running(Path(directory)) as server:
            home = Path(directory) / "home"
            api = BenchApi(server)
            command = Command(home, api.url)
            command.log_in()
            title(", ".join(["cloister-upload", *theirs.versions()]))
            all_of_them = senders(theirs, server, command)
            large = _large(Path(directory) / "large" / "claims.parquet")
            compare(f"one file of {LARGE / GIB:.0f} GiB", all_of_them, server, large, rounds)
            large.unlink()
            small = _small(Path(directory) / "small")
            compare(f"{SMALL_FILES:,} files of {SMALL >> 10} KiB", all_of_them, server, small, rounds)
            api.stop()
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def compare(what: str, all_of_them: list[Sender], server: Server, source: Path, rounds: int) -> None:
    """The medians of the rounds; in each round all have their turn, so that the machine's moods are shared."""
    title(what)
    files = [source] if source.is_file() else [path for path in source.rglob("*") if path.is_file()]
    sizes = sorted(path.stat().st_size for path in files)
    costs: dict[str, list[Cost]] = {sender.name: [] for sender in all_of_them}
    for _ in range(rounds):
        for sender in all_of_them:
            costs[sender.name].append(sender.send(source))
            arrived = sorted(server.arrived().values())
            if arrived != sizes:
                raise PlatformError(f"{sender.name}: of {len(sizes)} files {len(arrived)} arrived, or of other sizes.")
            server.empty()
    middle = {name: _median(found) for name, found in costs.items()}
    for name, cost in middle.items():
        _say(name, cost, sum(sizes), len(sizes))
    ours = middle["cloister-upload"]
    for name, cost in list(middle.items())[1:]:
        say(f"throughput, cloister-upload : {name}", f"{cost.seconds / ours.seconds:.2f}", "> 1")
        say(f"CPU per GiB, {name} : cloister-upload", f"{cost.cpu / ours.cpu:.2f}", "> 1")


def _say(name: str, cost: Cost, octets: int, files: int) -> None:
    rate = f"{files / cost.seconds:,.0f} files/s" if files > 1 else f"{octets / MIB / cost.seconds:,.0f} MiB/s"
    of = f"CPU {cost.cpu / (octets / GIB):.2f} s/GiB, {cost.memory_mib:.0f} MiB of memory, {cost.seconds:.2f} s"
    say(name, rate, of)


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        max(cost.memory_mib for cost in costs),
    )


def _large(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        for _ in range(LARGE // (64 * MIB)):
            file.write(os.urandom(64 * MIB))
    return path


def _small(folder: Path) -> Path:
    source = random.Random(_SEED)
    for number in range(SMALL_FILES):
        path = folder / f"{number // 100:03}" / f"{number:05}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.randbytes(SMALL))
    return folder


if __name__ == "__main__":
    sys.exit(main())
