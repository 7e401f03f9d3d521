"""How each service's protocol says no.

S3 speaks bare XML, IAM and STS wrapped XML, EC2 its own XML, the rest JSON with the code in `__type`; SQS adds the
code of its older protocol in a header, which SDKs prefer when it is there.
"""

import json
from typing import Any
from xml.sax.saxutils import escape

from aws import cbor
from aws.message import Request, Response

JSON_SERVICES = {"cloudtrail", "dynamodb", "events", "kms", "logs", "monitoring", "redshift-data", "sqs", "tagging"}

# What moto does not know must not be retried by an SDK as though it were an outage, hence no 5xx other than 501.
NOT_IMPLEMENTED = 501


class AwsError(Exception):
    def __init__(self, code: str, message: str = "", status: int = 400, **fields: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message or code
        self.status = status
        self.fields = fields  # further elements of an S3 error


def unsatisfied(code: str, field: str, value: object, constraint: str) -> AwsError:
    """How the services of the older frameworks refuse a parameter."""
    given = f"Value '{value}'" if value is not None else "Value"
    return AwsError(
        code, f"1 validation error detected: {given} at '{field}' failed to satisfy constraint: {constraint}"
    )


def element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def render(service: str, error: AwsError, request_id: str, request: Request | None = None) -> Response:
    if service == "s3":
        return _s3(error, request_id)
    if request is not None and cbor.spoken(request):
        return _cbor(error, request_id)
    if service in JSON_SERVICES:
        return _json(service, error, request_id)
    inner = element("Code", error.code) + element("Message", error.message)
    if service == "ec2":
        body = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    else:
        kind = "Sender" if error.status < 500 else "Receiver"
        inner = f"<Error><Type>{kind}</Type>{inner}</Error>{element('RequestId', request_id)}"
        body = f"<ErrorResponse>{inner}</ErrorResponse>"
    return Response(error.status, body.encode(), {"content-type": "text/xml", "x-amzn-requestid": request_id})


def _s3(error: AwsError, request_id: str) -> Response:
    fields = {"Code": error.code, "Message": error.message, **error.fields, "RequestId": request_id}
    inner = "".join(element(name, text) for name, text in fields.items() if not name.startswith("x-"))
    headers = {name: text for name, text in error.fields.items() if name.startswith("x-")}
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
    headers |= {"content-type": "application/xml", "x-amz-request-id": request_id}
    return Response(error.status, body.encode(), headers)


def _cbor(error: AwsError, request_id: str) -> Response:
    """CloudWatch spoke the query protocol before, whose code SDKs prefer."""
    fault = "Sender" if error.status < 500 else "Receiver"
    headers = {"x-amzn-requestid": request_id, "x-amzn-query-error": f"{error.code};{fault}"}
    body = {"__type": f"com.amazonaws.cloudwatch#{error.code}", "message": error.message}
    return Response(error.status, cbor.encode(body), cbor.HEADERS | headers)


def _json(service: str, error: AwsError, request_id: str) -> Response:
    headers = {"content-type": "application/x-amz-json-1.1", "x-amzn-requestid": request_id}
    shape, query_code = error.code, error.code
    if service == "sqs":
        shape, query_code = SQS_SHAPES.get(error.code, (error.code, error.code))
        fault = "Sender" if error.status < 500 else "Receiver"
        headers["x-amzn-query-error"] = f"{query_code};{fault}"
        headers["content-type"] = "application/x-amz-json-1.0"
        shape = f"com.amazonaws.sqs#{shape}"
    if service == "dynamodb":
        headers["content-type"] = "application/x-amz-json-1.0"
        shape = f"com.amazonaws.dynamodb.v20120810#{error.code}"
    # The Data API alone spells its errors' members with capitals.
    name = "Message" if service == "redshift-data" else "message"
    document: dict[str, Any] = {"__type": shape, name: error.message, **error.fields}
    return Response(error.status, json.dumps(document).encode(), headers)


# JSON shape and query code of the SQS errors whose two names differ.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
SQS_SHAPES = {
    "QueueDoesNotExist": ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
    "QueueNameExists": ("QueueNameExists", "QueueAlreadyExists"),
    "QueueDeletedRecently": ("QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently"),
    "InvalidAttributeValue": ("InvalidAttributeValue", "InvalidAttributeValue"),
    "RequestThrottled": ("RequestThrottled", "RequestThrottled"),
}

THROTTLES = {
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
    "ec2": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "sqs": ("RequestThrottled", "The request was denied due to request throttling.", 400),
    "cloudtrail": ("ThrottlingException", "Rate exceeded", 400),
    "dynamodb": ("ThrottlingException", "Rate exceeded", 400),
    "kms": ("ThrottlingException", "Rate exceeded", 400),
    "logs": ("ThrottlingException", "Rate exceeded", 400),
    "redshift-data": ("ThrottlingException", "Rate exceeded", 400),
    "tagging": ("ThrottledException", "The request was denied due to request throttling.", 400),
}


def throttle(service: str) -> AwsError:
    code, message, status = THROTTLES.get(service, ("Throttling", "Rate exceeded", 400))
    return AwsError(code, message, status)


def denied(service: str, caller: str, action: str, resource: str, why: str) -> AwsError:
    codes = {
        "ec2": ("UnauthorizedOperation", 403),
        "cloudtrail": ("AccessDeniedException", 400),
        "dynamodb": ("AccessDeniedException", 400),
        "kms": ("AccessDeniedException", 400),
        "logs": ("AccessDeniedException", 400),
        "redshift-data": ("AccessDeniedException", 400),
        "tagging": ("AccessDeniedException", 400),
    }
    code, status = codes.get(service, ("AccessDenied", 403))
    return AwsError(
        code, f"User: {caller} is not authorized to perform: {action} on resource: {resource} {why}", status
    )
