"""What queue attributes may say.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

import json
from typing import Any

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.iam.documents import unknown_principal
from aws.policy.document import RESOURCE, Malformed, parse

# name: (default, least, most)
NUMBERS: dict[str, tuple[int, int, int]] = {
    "DelaySeconds": (0, 0, 900),
    "MaximumMessageSize": (1048576, 1024, 1048576),  # 1 MiB since August 2025
    "MessageRetentionPeriod": (345600, 60, 1209600),
    "ReceiveMessageWaitTimeSeconds": (0, 0, 20),
    "VisibilityTimeout": (30, 0, 43200),
    "KmsDataKeyReusePeriodSeconds": (300, 60, 86400),
}
OTHERS = ("Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId", "SqsManagedSseEnabled")


def invalid(name: str) -> AwsError:
    return AwsError("InvalidAttributeValue", f"Invalid value for the parameter {name}.")


def checked(call: Call, given: dict[str, Any]) -> dict[str, str]:
    """The attributes to set; an empty string takes one back."""
    result: dict[str, str] = {}
    for name, raw in given.items():
        value = str(raw)
        if name in NUMBERS:
            _, least, most = NUMBERS[name]
            if not value.isdigit() or not least <= int(value) <= most:
                raise invalid(name)
        elif name not in OTHERS:
            raise AwsError("InvalidAttributeName", f"Unknown Attribute {name}.")
        elif name == "SqsManagedSseEnabled" and value not in ("true", "false"):
            raise invalid(name)
        elif name == "Policy" and value:
            _check_policy(value)
        elif name == "RedrivePolicy" and value:
            value = _redrive(call, value)
        elif name == "RedriveAllowPolicy" and value:
            _redrive_allow(value)
        result[name] = value
    if result.get("KmsMasterKeyId") and result.get("SqsManagedSseEnabled") == "true":
        raise AwsError(
            "InvalidAttributeValue",
            "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or "
            "SQS SSE.",
        )
    return result


def _check_policy(text: str) -> None:
    try:
        document = parse(text, RESOURCE)
    except Malformed as error:
        raise invalid("Policy") from error
    if unknown_principal(document) is not None:
        raise invalid("Policy")


def bad_redrive(text: str, reason: str) -> AwsError:
    message = f"Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}"
    return AwsError("InvalidParameterValue", message)


def _redrive(call: Call, text: str) -> str:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"""
    try:
        document = json.loads(text)
        arn, count = str(document["deadLetterTargetArn"]), int(document["maxReceiveCount"])
    except (ValueError, KeyError, TypeError) as error:
        raise bad_redrive(text, "Redrive policy is not a valid JSON map.") from error
    parts = arn.split(":")
    if not 1 <= count <= 1000:
        reason = f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive."
        raise bad_redrive(text, reason)
    here = len(parts) == 6 and parts[3:5] == [call.region, call.account]
    if not here or parts[5] not in stores.sqs(call.account, call.region).queues:
        raise bad_redrive(text, "Dead letter target does not exist.")
    return json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": count}, separators=(",", ":"))


def _redrive_allow(text: str) -> None:
    try:
        document = json.loads(text)
        permission = document["redrivePermission"]
    except (ValueError, KeyError, TypeError) as error:
        raise invalid("RedriveAllowPolicy") from error
    sources = document.get("sourceQueueArns")
    if (
        permission not in ("allowAll", "denyAll", "byQueue")
        or (permission == "byQueue") != bool(sources)
        or len(sources or []) > 10
    ):
        raise invalid("RedriveAllowPolicy")
