"""Files to S3: which, under which names, and what proves it."""

import os
import random
import re
import time
from pathlib import Path

import pytest

from upload.cli.account import Account
from upload.cli.command import Command
from upload.cli.contract import Contract

MIB = 1 << 20
ODD = [
    "with space.csv",
    "plus+and&amp;=?#%20.csv",
    "ünï/日本語.csv",
    "quote'\"<>|*.csv",
    "..double",
    "...",
    "a..b",
    "-dash",
    "~tilde",
    "deep/er/and/deeper.csv",
    "$(touch x)",
    "sub/_manifest.json",
    "x" * 255,
]


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def test_a_file_arrives_and_a_receipt_proves_it(cli: Command, account: Account, api: Contract) -> None:
    cli.write("claims.csv", b"a,b\n1,2\n")
    run = cli.run("upload", "claims.csv").succeeded()
    assert account.objects() == {"claims.csv": b"a,b\n1,2\n"}
    upload = run.out.strip()
    assert api.uploads[upload].state == "Completed"
    assert (cli.state / "uploads" / upload / "receipt.jws").read_text() == api.uploads[upload].receipt
    cli.run("verify", upload).succeeded()


def test_an_object_is_under_the_tenants_key_and_has_its_checksum(cli: Command, account: Account) -> None:
    cli.write("a", noise(10))
    cli.run("upload", "a").succeeded()
    key = account.s3.list_objects_v2(Bucket="acme-landing")["Contents"][0]["Key"]
    found = account.s3.head_object(Bucket="acme-landing", Key=key, ChecksumMode="ENABLED")
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", account.key)
    assert len(found["ChecksumCRC64NVME"]) == 12


def test_a_tree_arrives_with_its_names(cli: Command, account: Account) -> None:
    files = {name: noise(index * 100, index) for index, name in enumerate(ODD)}
    for name, content in files.items():
        cli.write(f"tree/{name}", content)
    run = cli.run("upload", "tree", "--json").succeeded()
    assert account.objects() == files
    assert {event["path"] for event in run.of("fileSent")} == set(ODD)
    assert run.of("completed")[0]["files"] == len(ODD)
    cli.run("verify", run.of("completed")[0]["uploadId"]).succeeded()


def test_an_empty_file_arrives(cli: Command, account: Account) -> None:
    cli.write("empty", b"")
    cli.run("upload", "empty").succeeded()
    assert account.objects() == {"empty": b""}


def test_a_large_file_goes_in_parts(cli: Command, account: Account) -> None:
    content = noise(23 * MIB + 17)
    cli.write("large", content)
    cli.run("upload", "large", "--part-size", "5MiB").succeeded()
    assert account.objects() == {"large": content}
    assert len(account.calls("UploadPart")) == 5


def test_a_bound_on_memory_below_the_size_of_the_file_is_no_hindrance(cli: Command, account: Account) -> None:
    content = noise(31 * MIB)
    cli.write("large", content)
    cli.run("upload", "large", "--part-size", "5MiB", "--memory", "1MiB").succeeded()
    assert account.objects() == {"large": content}


def test_only_what_is_meant_is_sent(cli: Command, account: Account) -> None:
    for name in ("a.csv", "b.txt", "2026/c.csv", "2026/tmp/d.csv", "drafts/e.csv"):
        cli.write(f"tree/{name}", b"x")
    cli.write("tree/drafts/.cloisterignore", b"*.csv\n")
    options = ("--include", "*.csv", "--exclude", "2026/tmp/**", "--folder", "in/box")
    dry = cli.run("upload", "tree", *options, "--dry-run").succeeded()
    assert dry.out.splitlines() == ["1\tin/box/2026/c.csv", "1\tin/box/a.csv"]
    assert not account.objects()
    cli.run("upload", "tree", *options).succeeded()
    assert sorted(account.objects()) == ["in/box/2026/c.csv", "in/box/a.csv"]


def test_links_and_pipes_in_a_tree_are_left_out_and_told(cli: Command, account: Account) -> None:
    cli.write("tree/a", b"x")
    cli.write("secret", b"not meant")
    (cli.files / "tree" / "link").symlink_to("../secret")
    (cli.files / "tree" / "up").symlink_to("..")
    os.mkfifo(cli.files / "tree" / "pipe")
    run = cli.run("upload", "tree", "--json").succeeded()
    assert sorted(run.of("planned")[0]["skipped"]) == ["link", "pipe", "up"]
    assert account.objects() == {"a": b"x"}


@pytest.mark.parametrize("name", ["line\nbreak", "back\\slash", "bell\a", "turned\u202eround", "_manifest.json"])
def test_names_that_could_be_read_otherwise_are_refused(cli: Command, api: Contract, name: str) -> None:
    cli.write(f"tree/{name}", b"x")
    cli.write("tree/good", b"x")
    cli.run("upload", "tree").failed(2, "its name")
    assert not api.uploads


def test_names_that_are_no_text_are_refused(cli: Command) -> None:
    Path(os.fsdecode(os.fsencode(cli.files) + b"/\xff")).write_bytes(b"x")
    cli.run("upload", ".").failed(2, "not UTF-8")


def test_all_that_is_wrong_is_told_at_once(cli: Command, api: Contract) -> None:
    cli.write("tree/a\nb", b"x")
    cli.write("one/same", b"x")
    cli.write("two/same", b"x")
    run = cli.run("upload", "tree", "one", "two", "missing").failed(2, "same name as", "missing: No such file")
    assert run.err.count("its name") == 1
    for folder in ("..", "/etc", "a/../b"):
        cli.run("upload", "one", "--folder", folder).failed(2, "--folder")
    cli.run("upload", "one", "--include", "[").failed(2, "--include [")
    assert not api.uploads


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--part-size", "1MiB"], "5MiB"),
        (["--bandwidth", "fast"], "no size"),
        (["--parallel", "0"], "--parallel"),
        (["--duration", "60"], "--duration"),
        (["--json", "--quiet"], "--quiet"),
        (["--name", "x"], "--name"),
        (["--proxy", "://"], "--proxy"),
        (["--ca-bundle", "nowhere.pem"], "--ca-bundle nowhere.pem"),
    ],
)
def test_wrong_options_are_told(cli: Command, options: list[str], says: str) -> None:
    cli.write("a", b"x")
    cli.run("upload", "a", *options).failed(2, says)


def test_nothing_to_send_is_wrong_use(cli: Command) -> None:
    (cli.files / "empty").mkdir()
    cli.run("upload", "empty").failed(2, "there is no file to send")


def test_another_tenants_bucket_is_refused(cli: Command) -> None:
    cli.write("a", b"x")
    cli.run("upload", "a", "--tenant", "beta", "--bucket", "landing").failed(4, "You may not upload there")
    cli.run("upload", "a", "--tenant", "beta").failed(4, "no bucket that you may upload into")


def test_what_s3_refuses_is_told(cli: Command, account: Account) -> None:
    account.aws.client("kms").disable_key(KeyId=account.key)
    cli.write("a", b"x")
    cli.run("upload", "a").failed(4, "KMS.DisabledException")


def test_memory_is_bounded_whatever_the_size_of_the_file(cli: Command, account: Account) -> None:
    with (cli.files / "large").open("wb") as file:
        file.truncate(160 * MIB)
    process = cli.start("upload", "large", "--memory", "24MiB", "--quiet")
    status, most = Path(f"/proc/{process.pid}/status"), 0
    while process.poll() is None:
        # Of the program itself: what wait4 tells counts what Python had before it became another.
        most = max([most, *map(int, re.findall(r"VmHWM:\s+(\d+) kB", status.read_text()))])
        time.sleep(0.01)
    assert process.returncode == 0
    assert 24 << 10 < most < 100 << 10, f"{most} KiB"
    assert len(account.calls("UploadPart")) == 20
