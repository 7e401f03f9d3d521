"""Streams of log groups: when each last took something in. Events are counted, not kept: nobody may read them.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
"""

import re
import time
from typing import Any

from aws.call import Call
from aws.errors import AwsError
from aws.logs.parameters import invalid, only, required
from aws.logs.records import LogStream, find, groups
from aws.registry import answers

NAME = re.compile(r"[^:*]{1,512}")
PAGE = 50
BATCH_BYTES, BATCH_EVENTS, OF_EACH = 1_048_576, 10_000, 26
DAY = 24 * 3600 * 1000


def _now() -> int:
    return int(time.time() * 1000)


def _stream(call: Call) -> LogStream:
    group = find(call.account, call.region, required(call, "logGroupName"))
    stream = group.streams.get(required(call, "logStreamName"))
    if stream is None:
        raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.")
    return stream


@answers("logs", "CreateLogStream")
def create_log_stream(call: Call) -> None:
    only(call, "logGroupName", "logStreamName")
    group, name = find(call.account, call.region, required(call, "logGroupName")), required(call, "logStreamName")
    if not NAME.fullmatch(name):
        raise invalid(f"Value '{name}' at 'logStreamName' failed to satisfy constraint: [^:*]*")
    if name in group.streams:
        raise AwsError("ResourceAlreadyExistsException", "The specified log stream already exists")
    group.streams[name] = LogStream(name, _now())


@answers("logs", "DeleteLogStream")
def delete_log_stream(call: Call) -> None:
    only(call, "logGroupName", "logStreamName")
    stream = _stream(call)
    del find(call.account, call.region, call.param("logGroupName")).streams[stream.name]


@answers("logs", "PutLogEvents")
def put_log_events(call: Call) -> dict[str, Any]:
    """Events "must be in chronological order", and within a day."""
    only(call, "logGroupName", "logStreamName", "logEvents", "sequenceToken")
    stream, events = _stream(call), required(call, "logEvents")
    times = [event["timestamp"] for event in events]
    if times != sorted(times) or times[-1] - times[0] > DAY:
        raise invalid("Log events in a single PutLogEvents request must be in chronological order, and span 24 hours.")
    size = sum(len(event["message"].encode()) + OF_EACH for event in events)
    if size > BATCH_BYTES or len(events) > BATCH_EVENTS:
        raise invalid(f"Upload too large: {size} bytes exceeds limit of {BATCH_BYTES}")
    stream.first = min(stream.first or times[0], times[0])
    stream.last, stream.ingested = max(stream.last, times[-1]), _now()
    stream.events += len(events)
    return {"nextSequenceToken": str(stream.events)}


@answers("logs", "DescribeLogStreams")
def describe_log_streams(call: Call) -> dict[str, Any]:
    only(call, "logGroupName", "logStreamNamePrefix", "orderBy", "descending", "limit", "nextToken")
    by_time, prefix = call.param("orderBy") == "LastEventTime", call.param("logStreamNamePrefix")
    if by_time and prefix:
        raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    size = call.param("limit", PAGE)
    if not 1 <= size <= PAGE:
        raise invalid(f"Value '{size}' at 'limit' failed to satisfy constraint: from 1 to {PAGE}")
    streams = find(call.account, call.region, required(call, "logGroupName")).streams.values()
    order = [one for one in streams if one.name.startswith(prefix or "")]
    order.sort(key=lambda one: (one.last if by_time else 0, one.name), reverse=bool(call.param("descending")))
    start = int(call.param("nextToken") or 0)
    answer: dict[str, Any] = {"logStreams": [_view(one) for one in order[start : start + size]]}
    return answer | ({"nextToken": str(start + size)} if len(order) > start + size else {})


def _view(stream: LogStream) -> dict[str, Any]:
    """What has taken nothing in has no times."""
    view = {"logStreamName": stream.name, "creationTime": stream.created, "storedBytes": 0}
    if not stream.events:
        return view
    times = {"firstEventTimestamp": stream.first, "lastEventTimestamp": stream.last}
    return view | times | {"lastIngestionTime": stream.ingested}


def silence(asked: dict[str, Any]) -> dict[str, Any]:
    """As though the streams of {"account", "region", "group"} had taken nothing in for {"minutes"}."""
    found = groups(asked["account"], asked["region"]).get(asked["group"])
    since = _now() - int(asked["minutes"]) * 60_000
    streams = [one for one in (found.streams.values() if found else ()) if one.events]
    for one in streams:
        one.ingested = min(one.ingested, since)
    return {"streams": [one.name for one in streams]}
