"""One call as EventBridge tells of it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from aws.call import Call
from aws.service_access import find_key
from aws.trail import parameters

# Endpoints that are named otherwise than they sign, and services whose calls all happen in one region.
HOSTS = {"s3control": "s3", "tagging": "tagging", "monitoring": "monitoring"}
GLOBAL = {"iam": "us-east-1"}
DATA = {
    "SendMessage", "SendMessageBatch", "DeleteMessage", "DeleteMessageBatch", "ChangeMessageVisibility",
    "BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem", "PutLogEvents",
}  # fmt: skip


def is_told(call: Call) -> bool:
    """Management events that change something; EventBridge leaves those that read out, and data events are a
    trail's affair."""
    return call.mutating and not call.key and call.operation not in DATA and call.operation != "DeleteObjects"


def home(call: Call) -> str:
    return GLOBAL.get(call.service, call.region)


def event(call: Call, error: str, message: str) -> dict[str, Any]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    host = HOSTS.get(call.service, call.service)
    detail: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": identity(call),
        "eventTime": now,
        "eventSource": f"{host}.amazonaws.com",
        "eventName": parameters.name_of(call),
        "awsRegion": home(call),
        "sourceIPAddress": call.header("x-forwarded-for") or "127.0.0.1",
        "userAgent": f"[{call.header('user-agent') or ''}]",
        "requestParameters": parameters.of(call),
        "responseElements": None,
        "requestID": call.request_id,
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": call.account,
        "eventCategory": "Management",
    }
    if error:
        detail |= {"errorCode": error, "errorMessage": message}
    if call.service == "kms" and call.param("KeyId"):
        key = find_key(call.account, call.region, str(call.param("KeyId")))
        if key is not None:
            detail["resources"] = [{"accountId": call.account, "type": "AWS::KMS::Key", "ARN": key.arn}]
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{host}",
        "account": call.account,
        "time": now,
        "region": home(call),
        "resources": [],
        "detail": detail,
    }


def identity(call: Call) -> dict[str, Any]:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html"""
    by = call.by
    if by.is_root:
        return {"type": "Root", "principalId": by.account, "arn": by.arn, "accountId": by.account}
    issuer = {
        "type": "Role",
        "principalId": by.role_id,
        "arn": by.principal_arn,
        "accountId": by.account,
        "userName": by.role,
    }
    context: dict[str, Any] = {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}}
    if by.source_identity:
        context["sourceIdentity"] = by.source_identity
    return {
        "type": "AssumedRole",
        "principalId": by.user_id,
        "arn": by.arn,
        "accountId": by.account,
        "accessKeyId": call.access_key,
        "sessionContext": context,
    }
