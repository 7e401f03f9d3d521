"""Where a bucket sends things: access logs and events."""

import json
from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, allow, deny, document, refused

QUEUE = f"arn:aws:sqs:us-east-1:{PRODUCTION}:arrivals"
EVENTS = {"QueueArn": QUEUE, "Events": ["s3:ObjectCreated:*"]}
FROM_BUCKET = {
    "ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"},
    "StringEquals": {"aws:SourceAccount": PRODUCTION},
}


@pytest.fixture
def s3(aws: Emulator) -> Any:
    client = aws.client("s3")
    for name in ("bucket", "logs"):
        client.create_bucket(Bucket=name)
    return client


def log_to(s3: Any, target: str, **more: Any) -> None:
    enabled = {"TargetBucket": target, "TargetPrefix": "bucket/"} | more
    s3.put_bucket_logging(Bucket="bucket", BucketLoggingStatus={"LoggingEnabled": enabled})


def grant(s3: Any, **condition: Any) -> None:
    by_service = {"Principal": {"Service": "logging.s3.amazonaws.com"}}
    tls = deny("s3:*", "arn:aws:s3:::logs/*", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    write = allow("s3:PutObject", "arn:aws:s3:::logs/*", **by_service, Condition=condition)
    s3.put_bucket_policy(Bucket="logs", Policy=document(tls, write))


def test_logging_needs_a_grant_on_its_target(s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html"""
    with refused("InvalidTargetBucketForLogging", says="does not exist"):
        log_to(s3, "absent")
    with refused("InvalidTargetBucketForLogging", says="permissions"):
        log_to(s3, "logs")
    grant(s3, ArnLike={"aws:SourceArn": "arn:aws:s3:::somebody-elses"})
    with refused("InvalidTargetBucketForLogging"):
        log_to(s3, "logs")
    grant(s3, **FROM_BUCKET)
    partitioned = {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}
    log_to(s3, "logs", TargetObjectKeyFormat=partitioned)
    found = s3.get_bucket_logging(Bucket="bucket")["LoggingEnabled"]
    assert found == {"TargetBucket": "logs", "TargetPrefix": "bucket/", "TargetObjectKeyFormat": partitioned}
    s3.put_bucket_logging(Bucket="bucket", BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="bucket")


def test_logs_stay_in_region_and_account(aws: Emulator, s3: Any) -> None:
    west = aws.client("s3", region="eu-west-1")
    west.create_bucket(Bucket="west", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    with refused("CrossLocationLoggingProhibited", 403):
        log_to(s3, "west")
    aws.client("s3", aws.credentials("333333333333")).create_bucket(Bucket="foreign")
    with refused("InvalidTargetBucketForLogging"):
        log_to(s3, "foreign")


def notify(s3: Any, *queues: dict[str, Any], **more: Any) -> None:
    s3.put_bucket_notification_configuration(
        Bucket="bucket", NotificationConfiguration={"QueueConfigurations": list(queues)} | more
    )


def make_queue(aws: Emulator, attributes: dict[str, str] | None = None) -> Any:
    sqs = aws.client("sqs")
    policy = document(allow("sqs:SendMessage", QUEUE, Principal={"Service": "s3.amazonaws.com"}, Condition=FROM_BUCKET))
    sqs.create_queue(QueueName="arrivals", Attributes={"Policy": policy} | (attributes or {}))
    return sqs


def test_the_queue_must_exist_and_admit_s3(aws: Emulator, s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html"""
    unverified = "Unable to validate the following destination configurations"
    with refused("InvalidArgument", 400, unverified):
        notify(s3, EVENTS)
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName="arrivals")["QueueUrl"]
    with refused("InvalidArgument", 400, unverified):
        notify(s3, EVENTS)
    sqs.delete_queue(QueueUrl=url)
    make_queue(aws)
    notify(s3, EVENTS)


def test_an_encrypted_queue_needs_the_keys_word_too(aws: Emulator, s3: Any) -> None:
    """The same page, "AWS KMS key policy"; the AWS managed key cannot give it."""
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sqs = make_queue(aws, {"KmsMasterKeyId": key})
    with refused("InvalidArgument"):
        notify(s3, EVENTS)
    by_s3 = allow(
        ["kms:GenerateDataKey", "kms:Decrypt"], Principal={"Service": "s3.amazonaws.com"}, Condition=FROM_BUCKET
    )
    by_us = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{PRODUCTION}:root"})
    kms.put_key_policy(KeyId=key, Policy=document(by_us, by_s3))
    notify(s3, EVENTS)
    url = sqs.get_queue_url(QueueName="arrivals")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": "alias/aws/sqs"})
    with refused("InvalidArgument"):
        notify(s3, EVENTS)


def test_events_arrive_and_the_configuration_reads_back(aws: Emulator, s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
    sqs = make_queue(aws)
    rules = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]}}
    notify(s3, EVENTS | {"Id": "arrivals", "Filter": rules}, EventBridgeConfiguration={})
    found = s3.get_bucket_notification_configuration(Bucket="bucket")
    assert found["EventBridgeConfiguration"] == {}
    (queue,) = found["QueueConfigurations"]
    assert (queue["Id"], queue["QueueArn"], queue["Events"]) == ("arrivals", QUEUE, ["s3:ObjectCreated:*"])
    assert queue["Filter"]["Key"]["FilterRules"] == [
        {"Name": "Prefix", "Value": "in/"},
        {"Name": "Suffix", "Value": ".csv"},
    ]
    for key in ("in/a.csv", "in/a.txt", "out/a.csv"):
        s3.put_object(Bucket="bucket", Key=key, Body=b"x")
    url = sqs.get_queue_url(QueueName="arrivals")["QueueUrl"]
    bodies = [json.loads(m["Body"]) for m in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]
    assert [body.get("Event") for body in bodies if "Event" in body] == ["s3:TestEvent"]
    assert [r["s3"]["object"]["key"] for body in bodies for r in body.get("Records", [])] == ["in/a.csv"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    s3.put_object(Bucket="bucket", Key="in/b.csv", Body=b"x")
    assert "Messages" not in sqs.receive_message(QueueUrl=url), "a queue that no longer admits S3 misses what happens"
    s3.put_bucket_notification_configuration(Bucket="bucket", NotificationConfiguration={})
    found = s3.get_bucket_notification_configuration(Bucket="bucket")
    assert "QueueConfigurations" not in found and "EventBridgeConfiguration" not in found


def test_filters_must_not_overlap(aws: Emulator, s3: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html"""
    make_queue(aws)
    with refused("InvalidArgument", says="overlap"):
        notify(s3, EVENTS | {"Id": "a"}, EVENTS | {"Id": "b", "Events": ["s3:ObjectCreated:Put"]})
    with refused("InvalidArgument"):
        notify(s3, EVENTS | {"Events": ["s3:ObjectAdmired:*"]})
