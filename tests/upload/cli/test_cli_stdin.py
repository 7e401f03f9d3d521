"""Standard input, which can be read once."""

import subprocess

import pytest

from upload.cli.account import Account
from upload.cli.command import Command
from upload.cli.contract import Contract
from upload.cli.test_cli_upload import MIB, noise


@pytest.mark.parametrize("size", [0, 5, 16 * MIB, 40 * MIB + 3])
def test_standard_input_arrives(cli: Command, account: Account, size: int) -> None:
    content = noise(size)
    process = cli.start("upload", "-", "--name", "dump.sql", stdin=subprocess.PIPE)
    _, errors = process.communicate(content, timeout=120)
    assert process.returncode == 0, errors
    assert account.objects() == {"dump.sql": content}


def test_standard_input_needs_a_name(cli: Command) -> None:
    cli.run("upload", "-", given="x").failed(2, "--name")
    cli.run("upload", "-", "--name", "../x", given="x").failed(2, "--name")


def test_a_stream_that_cannot_be_sent_leaves_nothing(cli: Command, account: Account, api: Contract) -> None:
    fault = {"kind": "error", "service": "s3", "operation": "UploadPart", "code": "AccessDenied", "status": 403}
    account.aws.control("POST", "/faults", fault | {"nth": 2})
    process = cli.start("upload", "-", "--name", "dump", stdin=subprocess.PIPE)
    _, errors = process.communicate(noise(40 * MIB), timeout=120)
    assert process.returncode == 4, errors
    assert not account.unfinished()
    assert [upload.state for upload in api.uploads.values()] == ["Aborted"]
    assert not list((cli.state / "uploads").iterdir())
