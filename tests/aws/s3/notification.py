"""Event notifications to SQS queues and EventBridge.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
moto delivers the events; here the destination is checked first, as S3 does by sending it a test event.
"""

import secrets
from itertools import combinations
from typing import Any

from moto.s3 import notifications
from moto.s3.models import NotificationConfiguration

from aws import stores
from aws.call import Call
from aws.errors import NOT_IMPLEMENTED, AwsError
from aws.message import Response
from aws.registry import answers
from aws.s3 import gate, xmldoc
from aws.service_access import may_send

ROOT = "NotificationConfiguration"
QUEUE, EVENT_BRIDGE = "QueueConfiguration", "EventBridgeConfiguration"
UNVERIFIED = "Unable to validate the following destination configurations"


@answers("s3", "GetBucketNotificationConfiguration")
def get_notification(call: Call) -> Response:
    found = stores.bucket_record(gate.bucket(call)).documents.get("notification")
    return xmldoc.answer(found or xmldoc.document(ROOT, ""))


@answers("s3", "PutBucketNotificationConfiguration")
def put_notification(call: Call) -> Response:
    bucket = gate.bucket(call)
    documents = stores.bucket_record(bucket).documents
    tree = xmldoc.parse(call.request.body, ROOT)
    xmldoc.only(tree, QUEUE, EVENT_BRIDGE, "TopicConfiguration", "CloudFunctionConfiguration")
    if any(node.tag in ("TopicConfiguration", "CloudFunctionConfiguration") for node in tree):
        raise AwsError("NotImplemented", "the emulator notifies queues and EventBridge only", NOT_IMPLEMENTED)
    if len(tree) == 0:  # the empty document is how notifications are turned off
        documents.pop("notification", None)
        bucket.notification_configuration = None
        return Response(200)
    queues = [_read(node) for node in tree.findall(QUEUE)]
    _refuse_overlaps(queues)
    if (call.header("x-amz-skip-destination-validation") or "").lower() != "true":
        for queue in queues:
            if queue["Queue"].split(":")[3:4] != [bucket.region_name]:
                raise AwsError(
                    "InvalidArgument",
                    "The notification destination service region is not valid for the bucket location constraint",
                    ArgumentName="QueueArn",
                    ArgumentValue=queue["Queue"],
                )
            if not may_send("s3.amazonaws.com", f"arn:aws:s3:::{bucket.name}", bucket.account_id, queue["Queue"]):
                raise AwsError(
                    "InvalidArgument",
                    UNVERIFIED,
                    ArgumentName=queue["Queue"],
                    ArgumentValue=(
                        "The destination queue does not exist, or its policy or its key's policy does not allow S3 to "
                        "publish notifications from this bucket"
                    ),
                )
    event_bridge: Any = {} if tree.find(EVENT_BRIDGE) is not None else None
    content = "".join(f"<{QUEUE}>{_render(queue)}</{QUEUE}>" for queue in queues)
    if event_bridge is not None:
        content += f"<{EVENT_BRIDGE}></{EVENT_BRIDGE}>"
    documents["notification"] = xmldoc.document(ROOT, content)
    before = bucket.notification_configuration
    bucket.notification_configuration = NotificationConfiguration(queue=queues, event_bridge=event_bridge)
    if queues and (before is None or {q.arn for q in before.queue} != {q["Queue"] for q in queues}):
        notifications.send_test_event(bucket.account_id, bucket)
    return Response(200)


def _read(node: xmldoc.Element) -> dict[str, Any]:
    xmldoc.only(node, "Id", "Queue", "Event", "Filter")
    events = [(event.text or "").strip() for event in node.findall("Event")]
    if not events:
        raise xmldoc.malformed()
    for event in events:
        if not notifications.S3NotificationEvent.is_event_valid(event):
            raise AwsError(
                "InvalidArgument",
                "The event is not supported for notifications",
                ArgumentName="Event",
                ArgumentValue=event,
            )
    rules = []
    for rule in node.iterfind("Filter/S3Key/FilterRule"):
        name = xmldoc.required(rule, "Name").lower()
        if name not in ("prefix", "suffix"):
            raise AwsError("InvalidArgument", "filter rule name must be either prefix or suffix")
        rules.append({"Name": name, "Value": xmldoc.required(rule, "Value")})
    if len({rule["Name"] for rule in rules}) != len(rules):
        raise AwsError("InvalidArgument", "Cannot specify more than one prefix or suffix rule in a filter.")
    arn = xmldoc.required(node, "Queue")
    if len(arn.split(":")) != 6 or arn.split(":")[2] != "sqs":
        raise AwsError("InvalidArgument", "The ARN could not be parsed", ArgumentName="QueueArn", ArgumentValue=arn)
    found: dict[str, Any] = {"Id": xmldoc.text(node, "Id") or secrets.token_urlsafe(36), "Queue": arn, "Event": events}
    return found | ({"Filter": {"S3Key": {"FilterRule": rules}}} if rules else {})


def _render(queue: dict[str, Any]) -> str:
    content = (
        xmldoc.tag("Id", queue["Id"]) + xmldoc.tag("Queue", queue["Queue"]) + xmldoc.elements("Event", queue["Event"])
    )
    if "Filter" in queue:
        # S3 answers the names with a capital whatever was written.
        rules = "".join(
            f"<FilterRule>{xmldoc.tags(rule | {'Name': rule['Name'].capitalize()})}</FilterRule>"
            for rule in queue["Filter"]["S3Key"]["FilterRule"]
        )
        content += f"<Filter><S3Key>{rules}</S3Key></Filter>"
    return content


def _refuse_overlaps(queues: list[dict[str, Any]]) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html"""
    for one, other in combinations(queues, 2):
        if not _events_overlap(one["Event"], other["Event"]):
            continue
        (prefix, suffix), (prefix2, suffix2) = _affixes(one), _affixes(other)
        prefixes = prefix.startswith(prefix2) or prefix2.startswith(prefix)
        suffixes = suffix.endswith(suffix2) or suffix2.endswith(suffix)
        if prefixes and suffixes:
            raise AwsError(
                "InvalidArgument",
                "Configurations overlap. Configurations on the same bucket cannot share a common event type.",
            )


def _events_overlap(one: list[str], other: list[str]) -> bool:
    def covers(a: str, b: str) -> bool:
        return a == b or (a.endswith("*") and b.startswith(a[:-1]))

    return any(covers(a, b) or covers(b, a) for a in one for b in other)


def _affixes(queue: dict[str, Any]) -> tuple[str, str]:
    rules = queue.get("Filter", {}).get("S3Key", {}).get("FilterRule", [])
    found = {rule["Name"]: rule["Value"] for rule in rules}
    return found.get("prefix", ""), found.get("suffix", "")
