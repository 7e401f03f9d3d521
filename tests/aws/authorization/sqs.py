"""What an SQS call needs permission for, the queue's key included.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
"""

from aws import stores
from aws.authorization import kms
from aws.authorization.demand import Demand, request_tags, resource_tags
from aws.call import Call
from aws.errors import AwsError
from aws.service_access import find_key
from aws.sqs import queues

BATCHES = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}
KEY_USES = {
    "SendMessage": ("kms:GenerateDataKey", "kms:Decrypt"),
    "SendMessageBatch": ("kms:GenerateDataKey", "kms:Decrypt"),
    "ReceiveMessage": ("kms:Decrypt",),
}


def demands(call: Call) -> list[Demand]:
    action = "sqs:" + BATCHES.get(call.operation, call.operation)
    if call.operation == "ListQueues":
        return [Demand(action, "*", call.account)]
    if not call.param("QueueUrl"):
        return _by_name(call, action)
    queue = queues.named(call)
    record = stores.queue_record(queue)
    context = resource_tags(record.tags) | request_tags(call.param("Tags") or {})
    if call.operation == "UntagQueue":
        context["aws:tagkeys"] = list(call.param("TagKeys") or [])
    key_id = record.attributes.get("KmsMasterKeyId")
    if key_id and not key_id.endswith("alias/aws/sqs"):
        for use in KEY_USES.get(call.operation, ()):
            key = find_key(queue.account_id, queue.region, key_id)
            if key is None or key.key_state != "Enabled":
                raise AwsError("KmsDisabled" if key else "KmsNotFound", f"The key {key_id} cannot be used")
            kms.through(call, "sqs", key, use, {"aws:sqs:arn": queue.queue_arn})
    return [Demand(action, queue.queue_arn, queue.account_id, context, record.attributes.get("Policy"))]


def _by_name(call: Call, action: str) -> list[Demand]:
    name = call.required("QueueName")
    owner = call.param("QueueOwnerAWSAccountId") or call.account
    arn = f"arn:aws:sqs:{call.region}:{owner}:{name}"
    tags = dict(call.param("tags") or {})
    context = request_tags(tags)
    existing = stores.sqs(owner, call.region).queues.get(name)
    policy = None
    if existing is not None:
        record = stores.queue_record(existing)
        policy = record.attributes.get("Policy")
        context |= resource_tags(record.tags)
    actions = [action] + (["sqs:TagQueue"] if tags and call.operation == "CreateQueue" else [])
    return [Demand(each, arn, owner, context, policy) for each in actions]
