"""Logging in, staying logged in, and what is kept of it."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from upload.cli.command import Command
from upload.cli.contract import Contract


@pytest.fixture
def stranger(tmp_path: Path, api: Contract) -> Command:
    return Command(tmp_path / "home", api.url)


def test_a_login_waits_until_the_code_is_entered(stranger: Command, api: Contract) -> None:
    api.polls = 3
    run = stranger.run("login", "--no-browser", "--json").succeeded()
    assert run.of("verification") == [
        {"event": "verification", "uri": f"{api.url}/idp/enter", "completeUri": None, "code": "ABCD-EFGH"}
    ]
    assert sum(call == "POST /idp/token" for call in api.calls) == 3
    assert stranger.run("ls", "--buckets").succeeded().out == "acme\tlanding\n"


def test_what_is_kept_of_a_login_is_for_its_user_alone(cli: Command) -> None:
    assert cli.config.stat().st_mode & 0o777 == 0o700
    kept = list(cli.config.iterdir())
    assert any("login-" in path.name for path in kept)
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_the_api_need_not_be_named_again(cli: Command) -> None:
    del cli.environment["CLOISTER_UPLOAD_API"]
    cli.run("ls", "--buckets").succeeded()


def test_without_a_login_the_exit_code_says_so(stranger: Command) -> None:
    stranger.write("a.csv", b"x")
    stranger.run("upload", "a.csv").failed(3, "cloister-upload login")
    del stranger.environment["CLOISTER_UPLOAD_API"]
    stranger.run("ls").failed(3, "cloister-upload login --api URL")


def test_a_token_that_ends_is_refreshed(cli: Command, api: Contract) -> None:
    api.token_seconds = 10  # within the margin: each command needs a new one
    for _ in range(3):
        api.tokens.clear()
        cli.run("ls").succeeded()
    assert len(api.spent) == 3


def test_a_refresh_token_is_used_once_whatever_runs_at_once(cli: Command, api: Contract) -> None:
    """A provider that sees one again ends the login (OAuth 2.0 Security BCP, RFC 9700, section 4.14)."""
    api.token_seconds = 10
    api.tokens.clear()
    with ThreadPoolExecutor(6) as pool:
        runs = list(pool.map(lambda _: cli.run("ls"), range(6)))
    for run in runs:
        run.succeeded()
    assert len(api.refresh) == 1


def test_a_login_that_has_ended_is_told(cli: Command, api: Contract) -> None:
    api.tokens.clear()
    api.refresh.clear()
    cli.run("ls").failed(3, "the login has ended: run `cloister-upload login`", "invalid_grant")


def test_a_token_that_is_taken_back_is_replaced(cli: Command, api: Contract) -> None:
    api.tokens.clear()
    cli.run("ls").succeeded()


def test_client_credentials_need_no_person_and_leave_nothing(stranger: Command, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    stranger.run("ls", "--client-id", "robot", "--client-secret-file", secret).succeeded()
    stranger.run("ls", CLOISTER_UPLOAD_CLIENT_ID="robot", CLOISTER_UPLOAD_CLIENT_SECRET="s3cret").succeeded()
    assert not stranger.config.exists()


def test_an_unattended_login_keeps_the_place_of_its_secret_not_the_secret(stranger: Command, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    stranger.run("login", "--client-id", "robot", "--client-secret-file", secret).succeeded()
    stranger.run("ls").succeeded()
    kept = "".join(path.read_text() for path in stranger.config.iterdir())
    assert "s3cret" not in kept
    assert str(secret) in kept


def test_wrong_client_credentials_are_refused(stranger: Command) -> None:
    stranger.run("ls", "--client-id", "robot").failed(2, "--client-secret-file")
    wrong = stranger.run("ls", "--client-id", "robot", CLOISTER_UPLOAD_CLIENT_SECRET="wrong")
    wrong.failed(4, "invalid_client")
    assert "wrong" not in wrong.err.replace("wrong use", "")


def test_logging_out_forgets_here_and_there(cli: Command, api: Contract) -> None:
    assert api.refresh
    cli.run("logout").succeeded()
    assert not api.refresh
    cli.run("ls").failed(3)
    cli.run("logout").succeeded()


def test_tokens_never_go_out_in_the_clear(stranger: Command) -> None:
    for url in ("http://api.example", "http://10.0.0.1:80", "ftp://127.0.0.1"):
        stranger.run("login", "--api", url).failed(2, "https://")


def test_a_server_that_is_no_upload_api_is_told(stranger: Command, api: Contract) -> None:
    stranger.run("login", "--api", f"{api.url}/idp/device").failed(4)


def test_a_doctor_looks_at_everything(cli: Command, api: Contract) -> None:
    well = cli.run("doctor", "--json").succeeded()
    assert all(finding["ok"] for finding in well.events)
    assert len(well.events) >= 8
    api.tokens.clear()
    api.refresh.clear()
    ill = cli.run("doctor").failed(3)
    assert "FAIL a bucket that you may upload into" in ill.out
    api.stop()
    unreachable = cli.run("doctor", "--give-up-after", "1").failed(7)
    assert "FAIL the API answers" in unreachable.out


def test_credentials_for_other_tools_are_those_of_one_upload_until_it_ends(cli: Command, api: Contract) -> None:
    """https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html"""
    first = json.loads(cli.run("credential-process").succeeded().out)
    assert set(first) == {"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}
    assert first["Version"] == 1
    cli.run("credential-process").succeeded()
    assert len(api.uploads) == 1
    next(iter(api.uploads.values())).state = "Completed"
    cli.run("credential-process").succeeded()
    assert len(api.uploads) == 2


def test_completion_and_manual_are_made_from_the_options(cli: Command, tmp_path: Path) -> None:
    assert "cloister-upload" in cli.run("completion", "bash").succeeded().out
    cli.run("man", tmp_path / "man").succeeded()
    pages = {path.name for path in (tmp_path / "man").iterdir()}
    assert {"cloister-upload.1", "cloister-upload-upload.1", "cloister-upload-resume.1"} <= pages
    assert "130" in (tmp_path / "man" / "cloister-upload.1").read_text()


def test_busy_is_waited_for(cli: Command, api: Contract) -> None:
    api.busy = 3
    cli.run("ls").succeeded()
    api.busy = 1000
    cli.run("ls", "--give-up-after", "1").failed(7, "Too many requests")
