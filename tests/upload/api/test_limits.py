"""What holds when there is too much of it, and what the server refuses to start with."""

import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from e2e.loopback import HTTP
from e2e.waiting import until
from local.pki import Pki
from upload.api.caller import Caller
from upload.api.scene import Scene
from upload.api.server import UploadApi


@contextmanager
def another(scene: Scene, *options: str, name: str, scheme: str = "http") -> Iterator[UploadApi]:
    api = UploadApi(scene.world.platform, scene.provider, *options, name=name, scheme=scheme)
    api.start()
    yield api
    api.stop()


@contextmanager
def serving_tls(scene: Scene, name: str) -> Iterator[tuple[UploadApi, Path]]:
    """And who has signed its certificate."""
    pki = Pki.open(scene.world.platform.directory / "pki")
    certificate, key = (pki.directory / f"apiserver.{end}" for end in ("crt", "key"))
    options = (f"--tls-cert={certificate}", f"--tls-key={key}")
    with another(scene, *options, name=name, scheme="https") as api:
        yield api, pki.authority


def test_one_user_asks_no_faster_than_their_rate(scene: Scene) -> None:
    with another(scene, "--user-rate=1", "--user-burst=3", name="slow") as api:
        ann, bob = Caller(api.url, scene.ann.token), Caller(api.url, scene.bob.token)
        answers = [ann.ask("GET", "/v1/buckets") for _ in range(6)]
        assert answers[0].status_code == 200 and answers[-1].status_code == 429
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 2
        assert answers[-1].json()["type"] == "https://cloister.dev/problems/too-many"
        assert bob.ask("GET", "/v1/buckets").status_code == 200
        assert any(r["reason"] == "too-many" and r["user"] == "ann" for r in api.audit())
        until("she may again", lambda: ann.ask("GET", "/v1/buckets").status_code, lambda status: status == 200)


def test_who_sends_bad_tokens_is_soon_turned_away_unread(scene: Scene) -> None:
    with another(scene, "--refused-rate=1", "--refused-burst=5", name="strict") as api:
        stranger = Caller(api.url, "nonsense")
        answers = [stranger.ask("GET", "/v1/buckets").status_code for _ in range(12)]
        assert answers[:4] == [401] * 4 and 429 in answers
        # Those that were turned away unread are counted, not recorded.
        assert len(api.audit()) == answers.count(401)
        assert 'reason="too-many"' in api.metrics()


def test_what_comes_on_top_is_shed_and_the_rest_is_served(scene: Scene) -> None:
    generous = ("--user-rate=1000", "--user-burst=1000")
    with another(scene, "--at-once=2", *generous, name="busy") as api, ThreadPoolExecutor(24) as pool:
        ann = Caller(api.url, scene.ann.token)
        place = {"tenant": "acme", "bucket": "landing"}
        # So that many are under way at a time, however slow those are who ask.
        slow = {"kind": "latency", "ms": 1000, "service": "sts", "operation": "AssumeRole"}
        faults = f"{scene.world.endpoints.control}/faults"
        rule = HTTP.post(faults, json=slow, timeout=10).json()["id"]
        answers = list(pool.map(lambda _: ann.ask("POST", "/v1/uploads", json=place), range(48)))
        HTTP.delete(faults, params={"id": rule}, timeout=10)
        statuses = {answer.status_code for answer in answers}
        assert statuses == {201, 429}
        assert all(answer.headers["Retry-After"] == "1" for answer in answers if answer.status_code == 429)
        assert ann.ask("GET", "/v1/buckets").status_code == 200


def test_what_cannot_be_recorded_is_not_given_out(scene: Scene) -> None:
    full = UploadApi(scene.world.platform, scene.provider, name="full")
    full.audit_log.symlink_to("/dev/full")
    full.start()
    answer = Caller(full.url, scene.ann.token).ask("POST", "/v1/uploads", json={"tenant": "acme", "bucket": "landing"})
    assert answer.status_code == 503 and "credentials" not in answer.text
    full.stop()


def test_tls_is_served_and_plain_http_is_not(scene: Scene) -> None:
    with serving_tls(scene, "tls") as (api, authority):
        ann = Caller(api.url, scene.ann.token, verify=str(authority))
        upload = ann.open()
        upload.put("a.csv", b"x")
        assert upload.complete().status_code == 200
        assert upload.status()["state"] == "Completed"
        where = urlsplit(api.url)
        with socket.create_connection((where.hostname, where.port), timeout=10) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert not plain.recv(100).startswith(b"HTTP/")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--listen=0.0.0.0:0"], "plain HTTP is for loopback"),
        (["--issuer=http://idp.example"], "https"),
        (["--client-id=cloister-upload"], "ID tokens"),
        (["--receipt-key=/dev/null"], "P-256 or Ed25519"),
        (["--tls-cert=/dev/null"], "--tls-key"),
    ],
)
def test_it_does_not_start_unsafely(scene: Scene, options: list[str], says: str) -> None:
    command = scene.api.command()
    given = [word for word in command if word.split("=")[0] not in {option.split("=")[0] for option in options}]
    environment = scene.api.environment()
    done = subprocess.run([*given, *options], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and says in done.stderr


def test_metrics_tell_what_was_asked_granted_and_refused(scene: Scene) -> None:
    scene.ann.open()
    scene.caller("nonsense").ask("GET", "/v1/buckets")
    told = scene.api.metrics()
    for line in (
        'cloister_upload_requests_total{route="/v1/uploads",method="POST",status="201"}',
        'cloister_upload_events_total{event="Grant"}',
        'cloister_upload_refusals_total{reason="token-invalid"}',
        'cloister_upload_aws_calls_total{operation="AssumeRole",code=""}',
        'cloister_upload_request_seconds_count{route="/v1/uploads"}',
    ):
        assert line in told, line
