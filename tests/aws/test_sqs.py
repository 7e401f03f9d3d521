"""Queues. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""

import json
from typing import Any

import pytest

from aws.conftest import PRODUCTION, Call, Emulator, allow, document, refused

ARN = f"arn:aws:sqs:us-east-1:{PRODUCTION}:"


@pytest.fixture
def sqs(aws: Emulator) -> Any:
    return aws.client("sqs")


def attributes(sqs: Any, url: str) -> dict[str, str]:
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def test_attributes_are_read_back(aws: Emulator, sqs: Any) -> None:
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [f"{ARN}queue"]}
    sqs.set_queue_attributes(QueueUrl=dead, Attributes={"RedriveAllowPolicy": json.dumps(allowed)})
    policy = document(allow("sqs:SendMessage", f"{ARN}queue", Principal={"Service": "s3.amazonaws.com"}))
    given = {
        "KmsMasterKeyId": key,
        "KmsDataKeyReusePeriodSeconds": "600",
        "MessageRetentionPeriod": "1209600",
        "VisibilityTimeout": "120",
        "Policy": policy,
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": f"{ARN}dead", "maxReceiveCount": "5"}),
    }
    url = sqs.create_queue(QueueName="queue", Attributes=given, tags={"a": "b"})["QueueUrl"]
    assert url.endswith(f"/{PRODUCTION}/queue") and sqs.get_queue_url(QueueName="queue")["QueueUrl"] == url
    found = attributes(sqs, url)
    assert {name: found[name] for name in given if name != "RedrivePolicy"} == {
        name: value for name, value in given.items() if name != "RedrivePolicy"
    }
    assert json.loads(found["RedrivePolicy"]) == {"deadLetterTargetArn": f"{ARN}dead", "maxReceiveCount": 5}
    assert (found["QueueArn"], found["SqsManagedSseEnabled"]) == (f"{ARN}queue", "false")
    assert json.loads(attributes(sqs, dead)["RedriveAllowPolicy"]) == allowed
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "b"}


def test_defaults(sqs: Any) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html"""
    found = attributes(sqs, sqs.create_queue(QueueName="queue")["QueueUrl"])
    assert (found["SqsManagedSseEnabled"], found["MessageRetentionPeriod"], found["VisibilityTimeout"]) == (
        "true",
        "345600",
        "30",
    )
    assert not {"KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "Policy", "RedrivePolicy"} & set(found)


def test_creating_again(sqs: Any) -> None:
    """The same attributes: the same queue. Others: refused, by the name that the older protocol has for it."""
    url = sqs.create_queue(QueueName="queue", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    assert sqs.create_queue(QueueName="queue", Attributes={"VisibilityTimeout": "60"})["QueueUrl"] == url
    assert sqs.create_queue(QueueName="queue")["QueueUrl"] == url
    with refused("QueueAlreadyExists", 400, "VisibilityTimeout"):
        sqs.create_queue(QueueName="queue", Attributes={"VisibilityTimeout": "61"})


def test_attributes_are_changed_and_taken_back(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="queue")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": "alias/aws/sqs", "VisibilityTimeout": "1"})
    assert attributes(sqs, url)["SqsManagedSseEnabled"] == "false"
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": "", "SqsManagedSseEnabled": "true"})
    found = attributes(sqs, url)
    assert "KmsMasterKeyId" not in found and found["SqsManagedSseEnabled"] == "true"
    assert found["VisibilityTimeout"] == "1"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
        ({"MessageRetentionPeriod": "59"}, "InvalidAttributeValue"),
        ({"KmsDataKeyReusePeriodSeconds": "59"}, "InvalidAttributeValue"),
        ({"Policy": "{"}, "InvalidAttributeValue"),
        ({"RedrivePolicy": "{"}, "InvalidParameterValue"),
        (
            {"RedrivePolicy": json.dumps({"deadLetterTargetArn": f"{ARN}absent", "maxReceiveCount": 5})},
            "InvalidParameterValue",
        ),
        ({"RedriveAllowPolicy": '{"redrivePermission": "byQueue"}'}, "InvalidAttributeValue"),
        ({"Colour": "blue"}, "InvalidAttributeName"),
    ],
)
def test_wrong_attributes_are_refused(sqs: Any, given: dict[str, str], code: str) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""
    with refused(code, 400):
        sqs.create_queue(QueueName="queue", Attributes=given)


def test_tags(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="queue")["QueueUrl"]
    assert "Tags" not in sqs.list_queue_tags(QueueUrl=url)
    sqs.tag_queue(QueueUrl=url, Tags={"a": "1", "b": "2"})
    sqs.untag_queue(QueueUrl=url, TagKeys=["a"])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"b": "2"}


def test_a_queue_that_is_not_there(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="queue")["QueueUrl"]
    sqs.delete_queue(QueueUrl=url)
    calls: list[Call] = [
        lambda: sqs.get_queue_url(QueueName="queue"),
        lambda: attributes(sqs, url),
        lambda: sqs.delete_queue(QueueUrl=url),
    ]
    for call in calls:
        with refused("AWS.SimpleQueueService.NonExistentQueue", 400):
            call()


def test_messages_move_to_the_dead_letter_queue(sqs: Any) -> None:
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    redrive = json.dumps({"deadLetterTargetArn": f"{ARN}dead", "maxReceiveCount": 1})
    url = sqs.create_queue(QueueName="queue", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "0"})[
        "QueueUrl"
    ]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    assert sqs.receive_message(QueueUrl=dead)["Messages"][0]["Body"] == "x"


def test_an_encrypted_queue_is_used_only_with_its_key(aws: Emulator, sqs: Any) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html"""
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    url = sqs.create_queue(QueueName="queue", Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    kms.disable_key(KeyId=key)
    with refused("KmsDisabled"):
        sqs.send_message(QueueUrl=url, MessageBody="x")
