"""Reading and setting a queue's attributes and tags; deleting it."""

from typing import Any

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.registry import answers
from aws.sqs import queues
from aws.sqs.allowed import NUMBERS, OTHERS, checked

TAGS_AT_MOST = 50


@answers("sqs", "GetQueueAttributes")
def get_queue_attributes(call: Call) -> dict[str, Any]:
    wanted = call.param("AttributeNames") or []
    found = queues.attributes(queues.named(call))
    for name in wanted:
        if name != "All" and name not in (*found, *NUMBERS, *OTHERS):
            raise AwsError("InvalidAttributeName", f"Unknown Attribute {name}.")
    if "All" not in wanted:
        found = {name: value for name, value in found.items() if name in wanted}
    return {"Attributes": found} if found else {}


@answers("sqs", "SetQueueAttributes")
def set_queue_attributes(call: Call) -> None:
    queue = queues.named(call)
    queues.apply(queue, checked(call, call.required("Attributes")))


@answers("sqs", "DeleteQueue")
def delete_queue(call: Call) -> None:
    queue = queues.named(call)
    del stores.sqs(queue.account_id, queue.region).queues[queue.name]


@answers("sqs", "TagQueue")
def tag_queue(call: Call) -> None:
    record = stores.queue_record(queues.named(call))
    tags = record.tags | dict(call.required("Tags"))
    if len(tags) > TAGS_AT_MOST:
        raise AwsError(
            "InvalidParameterValue", f"Too many tags added for queue. Maximum number of tags is {TAGS_AT_MOST}."
        )
    record.tags = tags


@answers("sqs", "UntagQueue")
def untag_queue(call: Call) -> None:
    record = stores.queue_record(queues.named(call))
    gone = call.required("TagKeys")
    record.tags = {key: value for key, value in record.tags.items() if key not in gone}


@answers("sqs", "ListQueueTags")
def list_queue_tags(call: Call) -> dict[str, Any]:
    tags = stores.queue_record(queues.named(call)).tags
    return {"Tags": tags} if tags else {}
