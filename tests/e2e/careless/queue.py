"""Acts on the queue of arrivals."""

from e2e.careless.act import Act, Target


def _queue(target: Target) -> str:
    return f"sqs-queue/{target.queue_name}"


def _url(target: Target) -> str:
    return target.aws.sqs.get_queue_url(QueueName=target.queue_name)["QueueUrl"]


def _unencrypt(target: Target) -> object:
    return target.aws.sqs.set_queue_attributes(QueueUrl=_url(target), Attributes={"KmsMasterKeyId": ""})


def _key(target: Target) -> object:
    names = ["KmsMasterKeyId"]
    answer = target.aws.sqs.get_queue_attributes(
        QueueUrl=_url(target),
        AttributeNames=names,  # type: ignore[arg-type]
    )
    return answer.get("Attributes")


ACTS = [Act("turns the queue's encryption off", "IngestBucket", _queue, "kmsKey", _unencrypt, _key)]
