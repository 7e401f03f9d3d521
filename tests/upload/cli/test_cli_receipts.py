"""What receipts are for: what has changed since, what differs, what there is."""

import os

from upload.cli.account import Account
from upload.cli.command import Command
from upload.cli.contract import Contract


def test_sync_sends_what_has_changed(cli: Command, account: Account, api: Contract) -> None:
    for name in ("a", "b", "c"):
        cli.write(f"tree/{name}", name.encode())
    cli.run("sync", "tree").succeeded()
    assert "Nothing has changed." in cli.run("sync", "tree").succeeded().err
    cli.write("tree/b", b"B")
    (cli.files / "tree" / "c").touch()
    cli.write("tree/d", b"d")
    run = cli.run("sync", "tree", "--json").succeeded()
    assert {event["path"] for event in run.of("fileSent")} == {"b", "d"}
    assert len(api.uploads) == 2


def test_sync_reads_what_looks_the_same_when_told_to(cli: Command) -> None:
    path = cli.write("tree/a", b"one")
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    cli.run("sync", "tree").succeeded()
    path.write_bytes(b"two")
    os.utime(path, ns=times)
    assert not cli.run("sync", "tree", "--json").succeeded().of("fileSent")
    assert len(cli.run("sync", "tree", "--checksum", "--json").succeeded().of("fileSent")) == 1


def test_verify_finds_what_differs(cli: Command, api: Contract) -> None:
    for name in ("a", "b", "c"):
        cli.write(f"tree/{name}", b"one")
    upload = cli.run("upload", "tree").succeeded().out.strip()
    receipt = cli.state / "uploads" / upload / "receipt.jws"
    cli.run("verify", receipt).succeeded()
    cli.write("tree/a", b"two")
    cli.write("tree/b", b"three")
    (cli.files / "tree" / "c").unlink()
    cli.run("verify", upload).failed(6, "a: has another checksum", "b: has 5 bytes here, 3 arrived", "c: ")
    cli.run("verify", upload, "--receipt-only").succeeded()
    head, payload, signature = receipt.read_text().split(".")
    forged = cli.write("forged.jws", f"{head}.{payload[:-4]}AAAA.{signature}".encode())
    cli.run("verify", forged, "--receipt-only").failed(6, "the receipt")


def test_uploads_are_listed(cli: Command) -> None:
    cli.write("a", b"x")
    upload = cli.run("upload", "a").succeeded().out.strip()
    assert cli.run("ls").succeeded().out.startswith(f"{upload}\t")
    assert "Completed" in cli.run("status", upload).succeeded().out
    cli.run("status", "aaaa").failed(4, "No such upload")
    cli.run("status", "../../etc").failed(2, "no upload's id")
    cli.run("cancel", upload).failed(4, "is completed")
