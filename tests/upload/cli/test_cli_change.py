"""What changed between two runs, or while one ran: here, at S3, at the API."""

import os
import signal
import time

from upload.cli.account import Account
from upload.cli.command import Command
from upload.cli.contract import Contract
from upload.cli.test_cli_resume import killed_when, slowed
from upload.cli.test_cli_upload import MIB, noise


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
