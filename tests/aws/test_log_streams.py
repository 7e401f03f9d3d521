"""Streams of log groups, and how they are found.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
"""

import time
from typing import Any

import pytest

from aws.conftest import Call, Emulator, refused

GROUP = {"logGroupName": "/aws/eks/platform/cluster"}


@pytest.fixture
def logs(aws: Emulator) -> Any:
    client = aws.client("logs")
    client.create_log_group(**GROUP)
    return client


def put(logs: Any, stream: str, *times: int) -> None:
    events = [{"timestamp": at, "message": "{}"} for at in times]
    logs.put_log_events(**GROUP, logStreamName=stream, logEvents=events)


def test_what_a_stream_took_in_last_is_told_once_it_took_something_in(logs: Any) -> None:
    began = int(time.time() * 1000)
    logs.create_log_stream(**GROUP, logStreamName="audit-a")
    (empty,) = logs.describe_log_streams(**GROUP)["logStreams"]
    assert "lastIngestionTime" not in empty and "lastEventTimestamp" not in empty
    put(logs, "audit-a", began - 5000, began - 4000)
    (found,) = logs.describe_log_streams(**GROUP)["logStreams"]
    assert (found["firstEventTimestamp"], found["lastEventTimestamp"]) == (began - 5000, began - 4000)
    assert found["lastIngestionTime"] >= began


def test_a_prefix_goes_with_the_order_of_names_alone(logs: Any) -> None:
    now = int(time.time() * 1000)
    for number, stream in enumerate(("audit-c", "audit-b", "audit-a", "scheduler")):
        logs.create_log_stream(**GROUP, logStreamName=stream)
        put(logs, stream, now + number)
    first = logs.describe_log_streams(**GROUP, logStreamNamePrefix="audit-", limit=2)
    rest = logs.describe_log_streams(**GROUP, logStreamNamePrefix="audit-", limit=2, nextToken=first["nextToken"])
    assert [one["logStreamName"][-1] for one in first["logStreams"] + rest["logStreams"]] == ["a", "b", "c"]
    newest = logs.describe_log_streams(**GROUP, orderBy="LastEventTime", descending=True, limit=1)
    assert newest["logStreams"][0]["logStreamName"] == "scheduler"
    with refused("InvalidParameterException", 400):
        logs.describe_log_streams(**GROUP, orderBy="LastEventTime", logStreamNamePrefix="audit-")


def test_what_is_refused(logs: Any) -> None:
    logs.create_log_stream(**GROUP, logStreamName="s")
    with refused("ResourceAlreadyExistsException", 400):
        logs.create_log_stream(**GROUP, logStreamName="s")
    with refused("InvalidParameterException", 400):
        logs.create_log_stream(**GROUP, logStreamName="a:b")
    with refused("InvalidParameterException", 400):
        put(logs, "s", 2, 1)
    large = [{"timestamp": 1, "message": "x" * 1_048_576}]
    with refused("InvalidParameterException", 400):
        logs.put_log_events(**GROUP, logStreamName="s", logEvents=large)
    logs.delete_log_stream(**GROUP, logStreamName="s")
    calls: list[Call] = [lambda: put(logs, "s", 1), lambda: logs.delete_log_stream(**GROUP, logStreamName="s")]
    for call in calls:
        with refused("ResourceNotFoundException", 400):
            call()
