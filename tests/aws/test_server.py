"""The emulator as a process: start, stop, call log, credentials, endpoints."""

import http.client
import json
import time
from pathlib import Path

import pytest

from aws.conftest import PRODUCTION, Emulator, refused


def test_starts_fast_and_stops_cleanly(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path)
    assert emulator.start_seconds < 8, "under 2 s on an idle machine"
    emulator.client("sts", emulator.operator).get_caller_identity()
    assert emulator.stop() == 0
    lines = (tmp_path / "calls.jsonl").read_text().splitlines()
    assert [json.loads(line)["operation"] for line in lines] == ["GetCallerIdentity"]


def test_connections_are_kept_alive(aws: Emulator) -> None:
    connection = http.client.HTTPConnection(aws.described["endpoint"].removeprefix("http://"))
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/_emulator/health")
        assert connection.getresponse().read() == b'{"ok": true}'
        assert connection.sock is not None
        sockets.add(connection.sock.getsockname())
    assert len(sockets) == 1


def test_the_call_log_says_who_did_what_to_what(aws: Emulator) -> None:
    last = aws.control("GET", "/calls?since=0")["last"]
    s3 = aws.client("s3", aws.assume())
    with refused("NoSuchBucket", 404):
        s3.get_bucket_encryption(Bucket="absent")
    s3.create_bucket(Bucket="present")
    assume, read, create = aws.calls(since=last)
    assert (assume["service"], assume["operation"], assume["mutating"]) == ("sts", "AssumeRole", False)
    assert read["operation"] == "GetBucketEncryption"
    assert (read["status"], read["error"], read["resource"]) == (404, "NoSuchBucket", "absent")
    assert create["caller"] == f"arn:aws:sts::{PRODUCTION}:assumed-role/CloisterProvisioner/test"
    assert (create["account"], create["region"], create["mutating"]) == (PRODUCTION, "us-east-1", True)
    assert create["n"] == last + 3 and 0 <= create["duration_ms"] < 1000
    assert [c["operation"] for c in aws.calls(since=last, service="s3", account=PRODUCTION)] == [
        "GetBucketEncryption",
        "CreateBucket",
    ]


def test_markers_stand_between_calls(aws: Emulator) -> None:
    n = aws.control("POST", "/marker", {"text": "second pass"})["n"]
    assert aws.calls(since=n - 1)[0]["marker"] == "second pass"


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("iam", "list_roles", "InvalidClientTokenId"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
        ("kms", "list_keys", "UnrecognizedClientException"),
        ("sqs", "list_queues", "InvalidClientTokenId"),
    ],
)
def test_credentials_from_before_a_reset_are_refused(aws: Emulator, service: str, operation: str, code: str) -> None:
    """moto maps a token it does not know to its default account.

    https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
    """
    old = aws.credentials()
    getattr(aws.client(service, old), operation)()
    aws.reset()
    with refused(code):
        getattr(aws.client(service, old), operation)()


def test_a_token_of_other_credentials_is_refused(aws: Emulator) -> None:
    mixed = aws.credentials() | {"session_token": aws.operator["session_token"]}
    with refused("InvalidClientTokenId", 403):
        aws.client("sts", mixed).get_caller_identity()


def test_unsigned_requests_are_refused(aws: Emulator) -> None:
    connection = http.client.HTTPConnection(aws.described["endpoint"].removeprefix("http://"))
    connection.request("GET", "/some-bucket?policy")
    answer = connection.getresponse()
    assert answer.status == 403 and b"<Code>AccessDenied</Code>" in answer.read()


def test_what_moto_lacks_is_an_error_of_the_service(aws: Emulator) -> None:
    """moto's server answers 500 and a page of HTML, which SDKs retry and cannot read."""
    with refused("NotImplemented", 501, "redshift DeleteUsageLimit"):  # moto has one, with clusters of its own
        aws.client("redshift").delete_usage_limit(UsageLimitId="x")
    with refused("NotImplemented", 501, "iam SimulatePrincipalPolicy"):
        aws.client("iam").simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{PRODUCTION}:role/admin", ActionNames=["s3:*"]
        )


def test_a_reset_forgets_everything(aws: Emulator) -> None:
    aws.client("s3").create_bucket(Bucket="gone")
    aws.client("kms").create_key()
    aws.client("sqs").create_queue(QueueName="gone")
    aws.control("POST", "/faults", {"kind": "latency", "ms": 1})
    aws.reset()
    assert aws.client("s3").list_buckets()["Buckets"] == []
    assert aws.client("kms").list_keys()["Keys"] == []
    assert "QueueUrls" not in aws.client("sqs").list_queues()
    assert aws.control("GET", "/faults") == []
    assert aws.violations() == []


def test_a_long_poll_blocks_nobody(aws: Emulator) -> None:
    """moto sleeps in ReceiveMessage."""
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName="empty")["QueueUrl"]
    started = time.monotonic()
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    assert 0.9 < time.monotonic() - started < 5
