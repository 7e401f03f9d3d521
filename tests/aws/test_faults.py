"""Injected faults: which calls they hit, and what the caller then sees."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from aws.conftest import PRODUCTION, Emulator, refused


def fault(aws: Emulator, **rule: Any) -> None:
    aws.control("POST", "/faults", rule)


@pytest.mark.parametrize(
    ("service", "operation", "code", "status"),
    [
        ("s3", "list_buckets", "SlowDown", 503),
        ("kms", "list_keys", "ThrottlingException", 400),
        ("iam", "list_roles", "Throttling", 400),
        ("sts", "get_caller_identity", "Throttling", 400),
        ("ec2", "describe_vpcs", "RequestLimitExceeded", 503),
        ("sqs", "list_queues", "RequestThrottled", 400),
        ("resourcegroupstaggingapi", "get_resources", "ThrottledException", 400),
    ],
)
def test_throttling_is_spelled_as_the_service_spells_it(
    aws: Emulator, service: str, operation: str, code: str, status: int
) -> None:
    """The CommonErrors page of each service's API reference, and the S3 error list."""
    fault(aws, kind="throttle")
    with refused(code, status):
        getattr(aws.client(service), operation)()
    getattr(aws.client(service), operation)()  # only the one call


def test_an_error_hits_the_nth_matching_call_and_as_many_as_asked(aws: Emulator) -> None:
    s3 = aws.client("s3")
    fault(
        aws, kind="error", service="s3", operation="CreateBucket", resource="b-*", nth=2, count=2, code="InternalError"
    )
    s3.create_bucket(Bucket="b-one")
    s3.create_bucket(Bucket="another")
    for name in ("b-two", "b-three"):
        with refused("InternalError", 500):
            s3.create_bucket(Bucket=name)
    s3.create_bucket(Bucket="b-four")
    (rule,) = aws.control("GET", "/faults")
    assert (rule["seen"], rule["hits"]) == (4, 2)
    assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == ["another", "b-four", "b-one"]


def test_an_error_may_be_any(aws: Emulator) -> None:
    fault(aws, kind="error", code="ServiceUnavailable", status=503, account=PRODUCTION)
    with refused("ServiceUnavailable", 503):
        aws.client("kms").list_keys()


def test_a_lost_answer_was_performed(aws: Emulator) -> None:
    fault(aws, kind="answer_lost", operation="CreateKey", count=-1)
    kms = aws.client("kms")
    for _ in range(2):
        with pytest.raises(ConnectionClosedError):
            kms.create_key()
    assert len(kms.list_keys()["Keys"]) == 2
    assert [c["fault"] for c in aws.calls(operation="CreateKey")][-2:] == ["answer_lost", "answer_lost"]


def test_a_timeout_is_held_and_never_performed(aws: Emulator) -> None:
    fault(aws, kind="timeout", operation="CreateBucket", ms=800)
    with pytest.raises(ReadTimeoutError):
        aws.client("s3", timeout=0.3).create_bucket(Bucket="never")
    time.sleep(0.6)
    assert aws.client("s3").list_buckets()["Buckets"] == []
    assert aws.calls(operation="CreateBucket")[-1]["status"] == 0


def test_latency_is_concurrent(aws: Emulator) -> None:
    fault(aws, kind="latency", ms=200)
    token = aws.credentials()
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={token['access_key_id']}/20260101/us-east-1/s3/aws4_request",
        "X-Amz-Security-Token": token["session_token"],
    }

    def call(_: int) -> int:
        return requests.get(aws.described["endpoint"], headers=headers, timeout=10).status_code

    started = time.monotonic()
    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(call, range(100))) == {200}
    assert 0.4 <= time.monotonic() - started < 4, "one after the other they would take 20 s"


@pytest.mark.parametrize(("when", "made"), [("before", []), ("after", ["victim"])])
def test_a_process_is_killed_at_a_call(aws: Emulator, when: str, made: list[str]) -> None:
    client = "boto3.client('s3', endpoint_url=sys.argv[1], region_name='us-east-1')"
    program = f"import sys, boto3; {client}.create_bucket(Bucket='victim')"
    token = aws.credentials()
    environment = {
        "AWS_ACCESS_KEY_ID": token["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": token["secret_access_key"],
        "AWS_SESSION_TOKEN": token["session_token"],
    }
    wait = "import sys; sys.stdin.readline(); " + program
    victim = subprocess.Popen(
        [sys.executable, "-c", wait, aws.described["endpoint"]], stdin=subprocess.PIPE, env=environment
    )
    fault(aws, kind="kill", operation="CreateBucket", pid=victim.pid, when=when)
    victim.communicate(b"\n", timeout=20)
    assert victim.returncode == -9
    assert [b["Name"] for b in aws.client("s3").list_buckets()["Buckets"]] == made


def test_a_wrong_rule_is_refused(aws: Emulator) -> None:
    for rule in (
        {"kind": "fire"},
        {"kind": "latency"},
        {"kind": "kill"},
        {"kind": "error", "opertion": "X"},
        {"kind": "refuse"},
        {"kind": "abort", "operation": "ExecuteStatement"},
    ):
        answer = requests.post(aws.described["control"] + "/faults", json=rule, timeout=5)
        assert answer.status_code == 400, rule


def test_rules_are_cleared_one_or_all(aws: Emulator) -> None:
    fault(aws, kind="latency", ms=1, id="a")
    fault(aws, kind="latency", ms=1, id="b")
    aws.control("DELETE", "/faults?id=a")
    assert [rule["id"] for rule in aws.control("GET", "/faults")] == ["b"]
    aws.control("DELETE", "/faults")
    assert aws.control("GET", "/faults") == []


def test_two_writes_to_one_bucket_at_the_same_time_conflict(aws: Emulator) -> None:
    """409 OperationAborted: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
    s3 = aws.client("s3")
    for name in ("one", "two"):
        s3.create_bucket(Bucket=f"bucket-{name}")
    fault(aws, kind="latency", ms=300, operation="Put*")

    def write(bucket: str) -> str:
        try:
            aws.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        except Exception as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(3) as pool:
        found = sorted(pool.map(write, ["bucket-one", "bucket-one", "bucket-two"]))
    assert found[1:] == ["done", "done"] and "OperationAborted" in found[0]
