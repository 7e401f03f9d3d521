"""Networks that fail, credentials that end, bytes that are damaged on their way."""

import threading
from collections.abc import Iterator

import pytest

from upload.cli.account import Account
from upload.cli.command import Command
from upload.cli.contract import Contract
from upload.cli.proxy import Proxy
from upload.cli.test_cli_resume import parts_sent, slowed
from upload.cli.test_cli_upload import MIB, noise


@pytest.fixture
def line(account: Account) -> Iterator[Proxy]:
    """Between the command and S3."""
    proxy = Proxy(account.endpoint)
    account.endpoint = proxy.url
    yield proxy
    proxy.stop()


def test_a_line_that_is_cut_for_seconds_is_survived(cli: Command, account: Account, line: Proxy) -> None:
    content = noise(40 * MIB)
    cli.write("large", content)
    process = cli.start("upload", "large", "--part-size", "5MiB", "--parallel", "2")
    line.wait_for(12 * MIB)
    line.cut()
    threading.Timer(4, line.mend).start()
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert account.objects() == {"large": content}
    assert parts_sent(account) <= 8 + 2


def test_a_line_that_goes_silent_is_noticed(cli: Command, account: Account, line: Proxy) -> None:
    """TCP would wait for a quarter of an hour."""
    content = noise(30 * MIB)
    cli.write("large", content)
    process = cli.start("upload", "large", "--part-size", "5MiB", "--parallel", "2", "--json")
    line.wait_for(8 * MIB)
    line.freeze()
    threading.Timer(25, line.mend).start()
    out, errors = process.communicate(timeout=180)
    assert process.returncode == 0, errors
    assert b"nothing moved for" in out
    assert account.objects() == {"large": content}


def test_a_line_that_stays_away_has_an_exit_code_and_can_be_gone_on_with(
    cli: Command, account: Account, line: Proxy
) -> None:
    content = noise(30 * MIB)
    cli.write("large", content)
    process = cli.start("upload", "large", "--part-size", "5MiB", "--parallel", "2", "--give-up-after", "2")
    line.wait_for(12 * MIB)
    line.cut()
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 7, errors
    assert b"S3 cannot be reached" in errors
    line.mend()
    cli.run("resume").succeeded()
    assert account.objects() == {"large": content}


def test_bytes_that_are_damaged_on_their_way_are_sent_again(cli: Command, account: Account, line: Proxy) -> None:
    """S3 compares the checksum that was taken when the file was read."""
    content = noise(30 * MIB)
    cli.write("large", content)
    line.damage_at = 9 * MIB
    run = cli.run("upload", "large", "--part-size", "5MiB", "--json").succeeded()
    assert [event["reason"] for event in run.of("retrying")] == ["400 BadDigest"]
    assert account.objects() == {"large": content}


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidToken"])
def test_credentials_that_end_are_renewed_and_no_part_is_lost(cli: Command, account: Account, code: str) -> None:
    content = noise(40 * MIB)
    cli.write("large", content)
    fault = {"kind": "error", "service": "s3", "operation": "UploadPart", "code": code, "status": 400}
    account.aws.control("POST", "/faults", fault | {"nth": 3, "count": 2})
    run = cli.run("upload", "large", "--part-size", "5MiB", "--parallel", "4", "--json").succeeded()
    assert run.of("credentialsRenewed")
    assert account.objects() == {"large": content}
    assert parts_sent(account) == 8


def test_credentials_are_renewed_before_they_end(cli: Command, account: Account, api: Contract) -> None:
    content = noise(60 * MIB)
    cli.write("large", content)
    slowed(account, "UploadPart", 300)
    api.told_seconds = 2
    run = cli.run("upload", "large", "--part-size", "5MiB", "--parallel", "1", "--json").succeeded()
    renewals = len(run.of("credentialsRenewed"))
    assert renewals >= 2
    assert parts_sent(account) == 12
    assert not [call for call in account.calls("UploadPart") if call["status"] != 200]
    assert account.objects() == {"large": content}


def test_renewal_outlives_the_access_token_too(cli: Command, account: Account, api: Contract) -> None:
    cli.write("large", noise(60 * MIB))
    slowed(account, "UploadPart", 300)
    api.told_seconds, api.token_seconds = 2, 4
    api.tokens.clear()
    cli.run("upload", "large", "--part-size", "5MiB", "--parallel", "1").succeeded()
    assert len(api.spent) >= 2


@pytest.mark.parametrize(
    ("code", "status"), [("SlowDown", 503), ("InternalError", 500), ("RequestTimeout", 400), ("", 502)]
)
def test_what_s3_says_when_it_is_busy_is_tried_again(cli: Command, account: Account, code: str, status: int) -> None:
    for number in range(8):
        cli.write(f"tree/{number}", b"x")
    fault = {"kind": "error", "service": "s3", "operation": "PutObject", "code": code, "status": status, "count": 5}
    account.aws.control("POST", "/faults", fault)
    cli.run("upload", "tree").succeeded()
    assert len(account.objects()) == 8


def test_an_answer_that_is_lost_makes_no_second_version(cli: Command, account: Account) -> None:
    for operation in ("PutObject", "CompleteMultipartUpload", "UploadPart", "CreateMultipartUpload"):
        account.aws.control("POST", "/faults", {"kind": "answer_lost", "service": "s3", "operation": operation})
    content = noise(12 * MIB)
    cli.write("tree/large", content)
    cli.write("tree/small", b"x")
    cli.run("upload", "tree", "--part-size", "5MiB").succeeded()
    assert account.objects() == {"large": content, "small": b"x"}


def test_an_upload_goes_through_a_proxy_when_told_to(cli: Command, account: Account, api: Contract) -> None:
    cli.write("a", b"x")
    dead = Proxy(account.endpoint)
    dead.cut()
    cli.run("upload", "a", "--proxy", dead.url, "--give-up-after", "1").failed(7)
    dead.stop()


def test_a_bandwidth_cap_lets_all_bytes_through(cli: Command, account: Account) -> None:
    content = noise(6 * MIB)
    cli.write("large", content)
    cli.run("upload", "large", "--bandwidth", "8MiB", "--part-size", "5MiB").succeeded()
    assert account.objects() == {"large": content}
