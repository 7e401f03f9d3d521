"""Two gibibytes through what goes wrong in an hour: deaths, credentials that end, a line cut for a minute."""

import base64
import random
import subprocess
import threading
import time
from pathlib import Path

from awscrt import checksums

from upload.cli.account import Account
from upload.cli.command import Command
from upload.cli.contract import Contract
from upload.cli.proxy import Proxy
from upload.cli.test_cli_network import line as line
from upload.cli.test_cli_resume import SEED, opened, parts_sent
from upload.cli.test_cli_upload import MIB, noise

PART = 8 * MIB
PARTS = 256
KILLS = 10
PARALLEL = 4
CUT_SECONDS = 60
# Of the requests without their bodies: some hundreds of bytes for each, and one for each that is tried during the cut.
HEADERS = 2 * MIB


def test_two_gibibytes_arrive_through_kills_renewals_and_a_cut(
    cli: Command, account: Account, api: Contract, line: Proxy
) -> None:
    content = write(cli.files / "large")
    api.told_seconds = 20
    points = random.Random(SEED)
    process = cli.start("upload", "large", "--part-size", str(PART), "--parallel", str(PARALLEL), "--json")
    opened(cli)
    for _ in range(KILLS):
        arrived = parts_sent(account)
        wait_for_parts(account, process, arrived + points.randint(2, 18))
        time.sleep(points.uniform(0, 0.05))  # within a part, not at its end
        process.kill()
        process.communicate()
        process = cli.start("resume", "--parallel", str(PARALLEL), "--json")
    wait_for_parts(account, process, parts_sent(account) + 5)
    line.cut()
    threading.Timer(CUT_SECONDS, line.mend).start()
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert b'"credentialsRenewed"' in out
    again = (KILLS + 1) * PARALLEL
    assert parts_sent(account) <= PARTS + again
    assert line.forwarded <= (PARTS + again) * PART + HEADERS
    (upload,) = (path.name for path in (cli.state / "uploads").iterdir())
    found = account.head(f"acme/{upload}/large", None)
    assert found is not None and (found["size"], found["checksum"]) == (PARTS * PART, content)
    cli.run("verify", upload).succeeded()


def write(path: Path) -> str:
    """Every part differs. Its checksum, in base64 as S3 tells it."""
    block = bytearray(noise(PART))
    crc = 0
    with path.open("wb") as file:
        for number in range(PARTS):
            block[:8] = number.to_bytes(8, "big")
            file.write(block)
            crc = checksums.crc64nvme(bytes(block), crc)
    return base64.b64encode(crc.to_bytes(8, "big")).decode()


def wait_for_parts(account: Account, process: "subprocess.Popen[bytes]", count: int) -> None:
    ends = time.monotonic() + 120
    while parts_sent(account) < count:
        assert process.poll() is None, "it ended before it was killed"
        assert time.monotonic() < ends, f"less than {count} parts have arrived"
        time.sleep(0.02)
