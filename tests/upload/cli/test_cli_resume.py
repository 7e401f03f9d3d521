"""A command that dies, at any point, and what the next one still has to do."""

import random
import signal
import subprocess
import time

import pytest

from upload.cli.account import Account
from upload.cli.command import Command
from upload.cli.test_cli_upload import MIB, noise

PARALLEL = 4
SEED = 20261124


def slowed(account: Account, operation: str, milliseconds: int) -> None:
    rule = {"id": operation, "kind": "latency", "service": "s3", "operation": operation, "ms": milliseconds}
    account.aws.control("POST", "/faults", rule)


def opened(cli: Command) -> None:
    """Waits until there is something to go on with."""
    ends = time.monotonic() + 60
    while not list(cli.state.glob("uploads/*/upload.json")):
        assert time.monotonic() < ends, "no upload was opened"
        time.sleep(0.01)


def killed_when(account: Account, process: "subprocess.Popen[bytes]", operation: str, nth: int, when: str) -> None:
    """SIGKILL at that call, before S3 performs it or before its answer."""
    rule = {"kind": "kill", "service": "s3", "operation": operation, "nth": nth, "pid": process.pid, "when": when}
    account.aws.control("POST", "/faults", rule | {"id": "kill"})
    process.wait(60)
    assert process.returncode == -signal.SIGKILL


def parts_sent(account: Account) -> int:
    return sum(call["status"] == 200 for call in account.calls("UploadPart"))


def test_an_upload_killed_many_times_sends_at_most_a_part_per_worker_again(cli: Command, account: Account) -> None:
    """And it verifies, with one version of one object."""
    content = noise(120 * MIB)
    cli.write("large", content)
    options = ("--part-size", "5MiB", "--parallel", str(PARALLEL))
    parts, kills = 24, 0
    slowed(account, "UploadPart", 150)
    points = random.Random(SEED)
    process = cli.start("upload", "large", *options)
    opened(cli)
    while kills < 10:
        time.sleep(points.uniform(0.15, 0.6))
        if process.poll() is not None:
            break
        process.kill()
        process.wait()
        kills += 1
        before = parts_sent(account)
        assert before <= parts + kills * PARALLEL
        process = cli.start("resume", "--parallel", str(PARALLEL))
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert kills >= 4, "it was too fast to be killed"
    assert parts_sent(account) <= parts + kills * PARALLEL
    assert account.objects() == {"large": content}
    # One that was begun and not written down yet holds nothing, and the bucket's lifecycle ends it.
    assert not account.parts_of_unfinished()
    upload = next((cli.state / "uploads").iterdir()).name
    cli.run("verify", upload).succeeded()


def test_many_files_killed_at_any_point_arrive_once(cli: Command, account: Account) -> None:
    files = {f"{number:03}.csv": noise(1000, number) for number in range(300)}
    for name, content in files.items():
        cli.write(f"tree/{name}", content)
    points = random.Random(SEED)
    process = cli.start("upload", "tree", "--parallel", str(PARALLEL))
    opened(cli)
    for _ in range(6):
        time.sleep(points.uniform(0.1, 0.3))
        process.kill()
        process.wait()
        process = cli.start("resume", "--parallel", str(PARALLEL))
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    finished = cli.run("resume").succeeded()
    assert "No upload" in finished.err
    assert account.objects() == files


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
def test_a_large_file_survives_a_kill_at_each_call(cli: Command, account: Account, operation: str, when: str) -> None:
    content = noise(21 * MIB)
    cli.write("large", content)
    slowed(account, operation, 500)  # so that the rule is there in time
    process = cli.start("upload", "large", "--part-size", "5MiB", "--parallel", "2")
    killed_when(account, process, operation, 1, when)
    account.aws.control("DELETE", "/faults")
    assert "to be resumed" in cli.run("status").succeeded().out
    cli.run("resume").succeeded()
    assert account.objects() == {"large": content}
    assert parts_sent(account) <= 5 + 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_small_file_survives_a_kill_at_its_call(cli: Command, account: Account, when: str) -> None:
    """Sent and not heard of: it is not sent over what is there."""
    cli.write("tree/a", b"one")
    cli.write("tree/b", b"two")
    slowed(account, "PutObject", 500)
    process = cli.start("upload", "tree", "--parallel", "1")
    killed_when(account, process, "PutObject", 1, when)
    account.aws.control("DELETE", "/faults")
    cli.run("resume").succeeded()
    assert account.objects() == {"a": b"one", "b": b"two"}
