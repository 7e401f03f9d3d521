"""Rules of EventBridge, and the calls that CloudTrail tells it of.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

import json
import time
from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, allow, document, refused

QUEUE = f"arn:aws:sqs:us-east-1:{PRODUCTION}:feed"
RULE = f"arn:aws:events:us-east-1:{PRODUCTION}:rule/calls"
PATTERN = json.dumps({"detail-type": ["AWS API Call via CloudTrail"], "source": ["aws.s3", "aws.kms", "aws.iam"]})
SEND = allow("sqs:SendMessage", QUEUE, Principal={"Service": "events.amazonaws.com"})
AT_ONCE = {"least": 0, "most": 0, "twice": 0, "lost": 0}


@pytest.fixture
def events(aws: Emulator) -> Any:
    return aws.client("events")


def feed(aws: Emulator, events: Any, policy: str = document(SEND), **mischief: float) -> str:
    aws.control("POST", "/trail", AT_ONCE | mischief)
    url: str = aws.client("sqs").create_queue(QueueName="feed", Attributes={"Policy": policy})["QueueUrl"]
    events.put_rule(Name="calls", EventPattern=PATTERN)
    events.put_targets(Rule="calls", Targets=[{"Id": "queue", "Arn": QUEUE}])
    return url


def received(aws: Emulator, url: str, wait: int = 2) -> list[dict[str, Any]]:
    answer = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def test_a_rule_is_read_back(events: Any) -> None:
    events.put_rule(Name="calls", EventPattern=PATTERN, Tags=[{"Key": "a", "Value": "b"}])
    events.put_targets(Rule="calls", Targets=[{"Id": "queue", "Arn": QUEUE}])
    found = events.describe_rule(Name="calls")
    assert (found["Arn"], found["EventPattern"], found["State"]) == (RULE, PATTERN, "ENABLED")
    assert events.list_targets_by_rule(Rule="calls")["Targets"] == [{"Id": "queue", "Arn": QUEUE}]
    assert events.list_tags_for_resource(ResourceARN=RULE)["Tags"] == [{"Key": "a", "Value": "b"}]
    with refused("ValidationException", says="has targets"):
        events.delete_rule(Name="calls")
    events.remove_targets(Rule="calls", Ids=["queue"])
    events.delete_rule(Name="calls")
    with refused("ResourceNotFoundException"):
        events.describe_rule(Name="calls")
    with refused("InvalidEventPatternException"):
        events.put_rule(Name="calls", EventPattern="{}")


def test_a_change_is_told_with_who_made_it(aws: Emulator, events: Any) -> None:
    url = feed(aws, events)
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="bucket")
    (made,) = received(aws, url)
    assert (made["source"], made["detail"]["eventName"]) == ("aws.s3", "CreateBucket")
    s3.put_public_access_block(Bucket="bucket", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    (blocked,) = received(aws, url)
    detail = blocked["detail"]
    assert (detail["eventName"], detail["requestParameters"]["bucketName"]) == ("PutBucketPublicAccessBlock", "bucket")
    assert detail["userIdentity"]["arn"] == f"arn:aws:sts::{PRODUCTION}:assumed-role/admin/emulator"
    assert detail["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"].endswith("role/admin")
    assert (detail["readOnly"], detail["recipientAccountId"]) == (False, PRODUCTION)


def test_reads_and_objects_are_not_told_and_refusals_are(aws: Emulator, events: Any) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="bucket")
    url = feed(aws, events)
    s3.get_bucket_versioning(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="claims.csv", Body=b"1")
    assert received(aws, url, wait=1) == []
    with refused("NoSuchBucket"):
        s3.delete_bucket(Bucket="nowhere")
    (told,) = received(aws, url)
    assert told["detail"]["errorCode"] == "NoSuchBucket"


def test_a_key_is_told_by_its_arn_and_secrets_are_not_told(aws: Emulator, events: Any) -> None:
    url = feed(aws, events)
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.disable_key(KeyId=key["KeyId"])
    told = {event["detail"]["eventName"]: event["detail"] for event in received(aws, url)}
    assert told["DisableKey"]["resources"] == [
        {"accountId": PRODUCTION, "type": "AWS::KMS::Key", "ARN": key["Arn"]},
    ]


def test_a_queue_that_does_not_admit_the_rule_gets_nothing(aws: Emulator, events: Any) -> None:
    other = SEND | {"Condition": {"ArnEquals": {"aws:SourceArn": RULE + "-other"}}}
    url = feed(aws, events, document(other))
    aws.client("s3").create_bucket(Bucket="bucket")
    assert received(aws, url, wait=1) == []


def test_a_rule_that_is_off_tells_nothing(aws: Emulator, events: Any) -> None:
    url = feed(aws, events)
    events.disable_rule(Name="calls")
    aws.client("s3").create_bucket(Bucket="bucket")
    assert received(aws, url, wait=1) == []


def test_events_come_late_twice_and_not_at_all(aws: Emulator, events: Any) -> None:
    url = feed(aws, events, least=0.4, most=0.5, twice=1)
    began = time.monotonic()
    aws.client("s3").create_bucket(Bucket="bucket")
    first = received(aws, url)
    assert time.monotonic() - began >= 0.4
    told = first + (received(aws, url) if len(first) == 1 else [])
    assert [event["detail"]["eventName"] for event in told] == ["CreateBucket"] * 2
    assert told[0]["detail"]["eventID"] == told[1]["detail"]["eventID"]
    aws.control("POST", "/trail", AT_ONCE | {"lost": 1})
    aws.client("s3").delete_bucket(Bucket="bucket")
    assert received(aws, url, wait=1) == []


WEST = "us-west-2"
HOME_BUS = f"arn:aws:events:us-east-1:{PRODUCTION}:event-bus/default"
WEST_RULE = f"arn:aws:events:{WEST}:{PRODUCTION}:rule/calls"
BY_RULE = allow(
    "sts:AssumeRole",
    Principal={"Service": "events.amazonaws.com"},
    Condition={"ArnEquals": {"aws:SourceArn": WEST_RULE}},
)


def forwarded(aws: Emulator, trust: dict[str, Any], *statements: dict[str, Any]) -> Any:
    """A rule in the west that sends what happens there home."""
    iam, west = aws.client("iam"), aws.client("events", region=WEST)
    del trust["Resource"]
    role = iam.create_role(RoleName="sender", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="sender", PolicyName="send", PolicyDocument=document(*statements))
    west.put_rule(Name="calls", EventPattern=json.dumps(json.loads(PATTERN) | {"region": [WEST]}))
    west.put_targets(Rule="calls", Targets=[{"Id": "home", "Arn": HOME_BUS, "RoleArn": role}])
    assert west.list_targets_by_rule(Rule="calls")["Targets"][0]["RoleArn"] == role
    return aws.client("kms", region=WEST)


def test_calls_are_told_of_where_they_are_made_and_sent_on_by_a_role(aws: Emulator, events: Any) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html"""
    url = feed(aws, events)
    aws.client("kms", region=WEST).create_key()
    assert received(aws, url, wait=1) == []
    kms = forwarded(aws, dict(BY_RULE), allow("events:PutEvents", HOME_BUS))
    assert {event["region"] for event in received(aws, url)} == {"us-east-1"}  # of IAM
    kms.create_key()
    (made,) = received(aws, url)
    assert (made["region"], made["detail"]["awsRegion"], made["detail"]["eventName"]) == (WEST, WEST, "CreateKey")


@pytest.mark.parametrize(
    ("service", "bus"), [("s3.amazonaws.com", HOME_BUS), ("events.amazonaws.com", HOME_BUS + "-other")]
)
def test_a_role_that_may_not_sends_nothing(aws: Emulator, events: Any, service: str, bus: str) -> None:
    url = feed(aws, events)
    kms = forwarded(aws, BY_RULE | {"Principal": {"Service": service}}, allow("events:PutEvents", bus))
    received(aws, url)
    kms.create_key()
    assert received(aws, url, wait=1) == []


def test_a_queue_elsewhere_is_no_target_and_a_bus_needs_a_role(aws: Emulator, events: Any) -> None:
    west = aws.client("events", region=WEST)
    west.put_rule(Name="calls", EventPattern=PATTERN)
    for target in (QUEUE, HOME_BUS):
        with refused("ValidationException"):
            west.put_targets(Rule="calls", Targets=[{"Id": "home", "Arn": target}])


def test_a_role_is_passed_to_a_rule_by_right(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    west = aws.client("events", aws.assume(), region=WEST)
    west.put_rule(Name="cloister-calls", EventPattern=PATTERN)
    path = f"arn:aws:iam::{PRODUCTION}:role/cloister/cloister-"
    with refused("AccessDenied", says="iam:PassRole"):
        west.put_targets(Rule="cloister-calls", Targets=[{"Id": "a", "Arn": HOME_BUS, "RoleArn": path + "acme-etl"}])
    west.put_targets(Rule="cloister-calls", Targets=[{"Id": "a", "Arn": HOME_BUS, "RoleArn": path + "forward-x"}])
