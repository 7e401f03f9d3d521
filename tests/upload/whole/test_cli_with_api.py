"""The whole way of a client's files, by real parts."""

import random
import time
from pathlib import Path

import pytest

from upload.api.scene import Scene
from upload.api.test_limits import serving_tls
from upload.cli.command import Command
from upload.cli.login import log_in

MIB = 1 << 20
LANDING = ("--tenant", "acme", "--bucket", "landing")


@pytest.mark.parametrize("bucket", ["landing", "once"])
def test_a_tree_arrives_is_compared_and_receipted(ann: Command, bucket: str) -> None:
    """In a bucket that is written once, too."""
    ann.write("tree/a b/ü.csv", b"x" * 100)
    ann.write("tree/empty", b"")
    ann.write("tree/large", random.Random(1).randbytes(21 * MIB))
    run = ann.run("upload", "tree", "--tenant", "acme", "--bucket", bucket, "--part-size", "5MiB").succeeded()
    upload = run.out.strip()
    ann.run("verify", upload).succeeded()
    assert "Completed" in ann.run("status", upload).succeeded().out
    assert ann.run("ls").succeeded().out.startswith(f"{upload}\t")
    (ann.state / "uploads" / upload / "receipt.jws").unlink()
    ann.run("resume").succeeded()
    ann.run("verify", upload).succeeded()


def test_an_upload_that_is_killed_is_gone_on_with_or_given_up(ann: Command) -> None:
    ann.write("large", random.Random(2).randbytes(40 * MIB))
    options = (*LANDING, "--part-size", "5MiB", "--bandwidth", "8MiB")
    for verb in ("resume", "cancel"):
        process = ann.start("upload", "large", *options)
        known = set(ann.state.glob("uploads/*"))
        while not (begun := {path.parent for path in ann.state.glob("uploads/*/journal.jsonl")} - known):
            time.sleep(0.01)
        time.sleep(1)
        process.kill()
        process.wait()
        upload = begun.pop().name
        ann.run(verb, upload).succeeded()
        state = "Completed" if verb == "resume" else "Aborted"
        assert state in ann.run("status", upload).succeeded().out


def test_what_the_api_refuses_has_an_exit_code(ann: Command, scene: Scene, tmp_path: Path) -> None:
    ann.write("a", b"x")
    ann.run("upload", "a", "--tenant", "beta", "--bucket", "landing").failed(4, "You may not upload there")
    ann.run("upload", "a", "--tenant", "acme", "--bucket", "closed").failed(4, "You may not upload there")
    single = Command(tmp_path / "single", scene.api.url)
    log_in(single, scene.provider, "nomfa")
    single.write("a", b"x")
    single.run("upload", "a", *LANDING).failed(3, "second factor")


def test_a_service_uploads_without_a_person(scene: Scene, tmp_path: Path) -> None:
    service = Command(tmp_path / "service", scene.api.url)
    service.write("a", b"x")
    secret = service.write("secret", scene.provider.services["acme-batch"].encode())
    service.run("upload", "a", *LANDING, "--client-id", "acme-batch", "--client-secret-file", secret).succeeded()


def test_everything_is_well_with_the_doctor(ann: Command) -> None:
    ann.run("doctor").succeeded()


def test_an_authority_of_the_organisations_own_is_believed_once_it_is_told(scene: Scene, tmp_path: Path) -> None:
    with serving_tls(scene, "tls-for-the-command") as (api, authority):
        command = Command(tmp_path / "ann", api.url)
        command.run("login", "--no-browser").failed(7, "certificate", "--ca-bundle")
        command.environment["CLOISTER_UPLOAD_CA_BUNDLE"] = str(authority)
        log_in(command, scene.provider, "ann")
        command.write("a", b"x")
        upload = command.run("upload", "a", *LANDING).succeeded().out.strip()
        command.run("verify", upload).succeeded()
