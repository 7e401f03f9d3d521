"""A command that dies, at any point, and what the next one still has to do."""

import os
import random
import signal
import subprocess
import time

import pytest

from upload.cli.account import Account
from upload.cli.command import Command
from upload.cli.contract import Contract
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


def begun(cli: Command, account: Account, content: bytes) -> None:
    """Killed after some of its parts are there."""
    cli.write("large", content)
    slowed(account, "UploadPart", 100)
    process = cli.start("upload", "large", "--part-size", "5MiB", "--parallel", "1")
    killed_when(account, process, "UploadPart", 3, "after")
    account.aws.control("DELETE", "/faults")


def test_a_file_that_changed_between_runs_starts_anew(cli: Command, account: Account) -> None:
    begun(cli, account, noise(21 * MIB))
    content = noise(22 * MIB, 2)
    cli.write("large", content)
    cli.run("resume").succeeded()
    assert account.objects() == {"large": content}
    assert not account.unfinished()


def test_parts_are_compared_with_the_file_even_if_it_looks_the_same(cli: Command, account: Account) -> None:
    """Size and time of change are the same, and one byte of the first part is not."""
    content = noise(21 * MIB)
    begun(cli, account, content)
    path = cli.files / "large"
    status = path.stat()
    changed = bytes([content[0] ^ 1]) + content[1:]
    path.write_bytes(changed)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    cli.run("resume").succeeded()
    assert account.objects() == {"large": changed}


def test_a_file_that_changes_while_it_is_sent_is_refused(cli: Command, account: Account, api: Contract) -> None:
    cli.write("tree/large", noise(21 * MIB))
    cli.write("tree/small", b"x")
    slowed(account, "UploadPart", 300)
    process = cli.start("upload", "tree", "--part-size", "5MiB", "--parallel", "2")
    while not account.calls("UploadPart"):
        time.sleep(0.02)
    with (cli.files / "tree" / "large").open("ab") as file:
        file.write(b"more")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 5, errors
    assert b"changed since it was planned" in errors
    assert not account.unfinished()
    assert [upload.state for upload in api.uploads.values()] == ["Open"]
    account.aws.control("DELETE", "/faults")
    cli.run("resume").succeeded()
    assert account.objects()["large"].endswith(b"more")


def test_a_file_that_is_gone_is_told_and_leaves_the_others_alone(cli: Command, account: Account) -> None:
    cli.write("tree/a", b"x")
    cli.write("tree/b", b"y")
    slowed(account, "PutObject", 400)
    process = cli.start("upload", "tree", "--parallel", "1")
    while not account.calls("PutObject"):
        time.sleep(0.02)
    account.aws.control("DELETE", "/faults")
    process.kill()
    process.wait()
    (cli.files / "tree" / "b").unlink()
    run = cli.run("resume", "--json")
    if run.code == 0:  # it had arrived before the kill
        return
    run.failed(5, "1 of 2 files were not sent")
    assert [event["path"] for event in run.of("fileFailed")] == ["b"]
    cli.write("tree/b", b"y")
    cli.run("resume").succeeded()
    assert account.objects() == {"a": b"x", "b": b"y"}


def test_parts_that_s3_has_forgotten_are_sent_again(cli: Command, account: Account) -> None:
    """As the bucket's lifecycle does with unfinished uploads."""
    content = noise(21 * MIB)
    begun(cli, account, content)
    for upload in account.s3.list_multipart_uploads(Bucket="acme-landing")["Uploads"]:
        account.s3.abort_multipart_upload(Bucket="acme-landing", Key=upload["Key"], UploadId=upload["UploadId"])
    cli.run("resume").succeeded()
    assert account.objects() == {"large": content}


def test_an_upload_that_is_given_up_leaves_no_parts(cli: Command, account: Account, api: Contract) -> None:
    begun(cli, account, noise(21 * MIB))
    upload = next(iter(api.uploads))
    assert account.unfinished()
    cli.run("cancel", upload).succeeded()
    assert not account.unfinished()
    assert api.uploads[upload].state == "Aborted"
    assert "No upload" in cli.run("resume").succeeded().err
    cli.run("resume", upload).failed(2, "was not begun on this machine")


def test_an_interrupt_says_how_to_go_on_and_one_process_sends(cli: Command, account: Account) -> None:
    content = noise(21 * MIB)
    cli.write("large", content)
    slowed(account, "UploadPart", 400)
    process = cli.start("upload", "large", "--part-size", "5MiB", "--parallel", "1")
    while not account.calls("UploadPart"):
        time.sleep(0.02)
    cli.run("resume").failed(2, "is being sent by another process")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"cloister-upload resume" in errors
    account.aws.control("DELETE", "/faults")
    cli.run("resume").succeeded()
    assert account.objects() == {"large": content}


def test_a_receipt_that_was_not_heard_is_fetched(cli: Command, account: Account, api: Contract) -> None:
    cli.write("tree/a", b"x")
    upload = cli.run("upload", "tree").succeeded().out.strip()
    (cli.state / "uploads" / upload / "receipt.jws").unlink()
    cli.run("resume").succeeded()
    cli.run("verify", upload).succeeded()
    assert account.objects() == {"a": b"x"}


def test_an_upload_that_ended_elsewhere_cannot_be_gone_on_with(cli: Command, account: Account, api: Contract) -> None:
    begun(cli, account, noise(21 * MIB))
    api.uploads[next(iter(api.uploads))].state = "Aborted"
    cli.run("resume").failed(4, "The upload is Aborted")
