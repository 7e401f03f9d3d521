"""The events that moto sends, as S3 words them, and only while the queue still admits them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import itertools
from collections import deque
from typing import Any
from urllib.parse import quote_plus

from moto.s3 import notifications

from aws.service_access import may_send

_sequence = itertools.count(1)
# S3 delivers at least once: what was delivered can be again, whenever a test likes.
_delivered: deque[tuple[str, str, Any, str, str]] = deque(maxlen=1000)
_make = notifications._get_s3_event
_send = notifications._send_sqs_message


def _event(event_name: str, bucket: Any, key: Any, notification_id: str) -> dict[str, Any]:
    event: dict[str, Any] = _make(event_name, bucket, key, notification_id)
    (record,) = event["Records"]
    found = record["s3"]["object"]
    found["key"] = quote_plus(key.name, safe="/")  # moto encodes the slashes too
    found["sequencer"] = f"{next(_sequence):016X}"  # tells the order of events on one key
    if bucket.versioning_status:
        found["versionId"] = key.version_id
    return event


def _deliver(account_id: str, event_body: Any, queue_name: str, region_name: str) -> None:
    records = event_body.get("Records")
    if records:
        _delivered.append((records[0]["s3"]["object"]["key"], account_id, event_body, queue_name, region_name))
    bucket = records[0]["s3"]["bucket"]["name"] if records else event_body.get("Bucket", "")
    queue = f"arn:aws:sqs:{region_name}:{account_id}:{queue_name}"
    if may_send("s3.amazonaws.com", f"arn:aws:s3:::{bucket}", account_id, queue):
        _send(account_id, event_body, queue_name, region_name)


def repeat(told: dict[str, Any]) -> dict[str, int]:
    """Announces these `keys` once more, in their order."""
    times = 0
    for key in told["keys"]:
        for _, *delivery in [one for one in _delivered if one[0] == quote_plus(key, safe="/")][:1]:
            _deliver(*delivery)
            times += 1
    return {"repeated": times}


def mend() -> None:
    notifications._get_s3_event = _event
    notifications._send_sqs_message = _deliver


mend()
