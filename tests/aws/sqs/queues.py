"""Queues, their attributes and tags.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
Attributes are kept as they were set, beside moto's queue, which holds the messages.
"""

import re
from typing import Any

from moto.sqs.models import Queue

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.registry import answers
from aws.sqs.allowed import NUMBERS, OTHERS, checked

NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


def not_there() -> AwsError:
    return AwsError("QueueDoesNotExist", "The specified queue does not exist.")


def named(call: Call) -> Queue:
    url = call.required("QueueUrl")
    parts = url.rstrip("/").split("/")
    found = (
        stores.sqs(parts[-2], call.region).queues.get(parts[-1]) if len(parts) >= 2 and parts[-2].isdigit() else None
    )
    if found is None:
        raise not_there()
    return found


def url_of(call: Call, queue: Queue) -> str:
    return f"http://{call.request.headers.get('host', '127.0.0.1')}/{queue.account_id}/{queue.name}"


def apply(queue: Queue, changed: dict[str, str]) -> None:
    record = stores.queue_record(queue)
    record.attributes = {k: v for k, v in (record.attributes | changed).items() if v != ""}
    if changed.get("KmsMasterKeyId"):
        record.attributes.pop("SqsManagedSseEnabled", None)
    elif changed.get("SqsManagedSseEnabled") == "true":
        record.attributes.pop("KmsMasterKeyId", None)
    messaging = {k: v for k, v in changed.items() if k in NUMBERS or k == "RedrivePolicy"}
    if messaging:
        queue._set_attributes(messaging)  # the part of it that moves messages


def attributes(queue: Queue) -> dict[str, str]:
    given = stores.queue_record(queue).attributes
    numbers = {name: given.get(name, str(default)) for name, (default, _, _) in NUMBERS.items()}
    encrypted = "KmsMasterKeyId" in given
    if not encrypted:
        del numbers["KmsDataKeyReusePeriodSeconds"]
    counts = {
        "ApproximateNumberOfMessages": queue.approximate_number_of_messages,
        "ApproximateNumberOfMessagesNotVisible": queue.approximate_number_of_messages_not_visible,
        "ApproximateNumberOfMessagesDelayed": queue.approximate_number_of_messages_delayed,
        "CreatedTimestamp": int(queue.created_timestamp),
        "LastModifiedTimestamp": int(queue.last_modified_timestamp),
    }
    # SSE-SQS is the default: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html
    managed = "false" if encrypted else given.get("SqsManagedSseEnabled", "true")
    texts = {name: value for name, value in given.items() if name in OTHERS}
    return (
        {name: str(value) for name, value in counts.items()}
        | {"QueueArn": queue.queue_arn}
        | numbers
        | texts
        | {"SqsManagedSseEnabled": managed}
    )


@answers("sqs", "CreateQueue")
def create_queue(call: Call) -> dict[str, Any]:
    name = call.required("QueueName")
    if not NAME.fullmatch(name):
        raise AwsError(
            "InvalidParameterValue",
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        )
    given = checked(call, call.param("Attributes") or {})
    queues = stores.sqs(call.account, call.region).queues
    existing = queues.get(name)
    if existing is not None:
        # Attributes that are not named are not compared, and tags never are.
        have = attributes(existing)
        for attribute, value in given.items():
            if have.get(attribute, "") != value:
                raise AwsError(
                    "QueueNameExists",
                    f"A queue already exists with the same name and a different value for attribute {attribute}",
                )
        return {"QueueUrl": url_of(call, existing)}
    queue = stores.new_queue(name, call.account, call.region)
    queues[name] = queue
    apply(queue, given)
    stores.queue_record(queue).tags = dict(call.param("tags") or {})
    return {"QueueUrl": url_of(call, queue)}


@answers("sqs", "GetQueueUrl")
def get_queue_url(call: Call) -> dict[str, Any]:
    owner = call.param("QueueOwnerAWSAccountId") or call.account
    found = stores.sqs(owner, call.region).queues.get(call.required("QueueName"))
    if found is None:
        raise not_there()
    return {"QueueUrl": url_of(call, found)}


@answers("sqs", "ListQueues")
def list_queues(call: Call) -> dict[str, Any]:
    prefix = call.param("QueueNamePrefix", "")
    found = [q for name, q in sorted(stores.sqs(call.account, call.region).queues.items()) if name.startswith(prefix)]
    return {"QueueUrls": [url_of(call, queue) for queue in found[:1000]]} if found else {}
