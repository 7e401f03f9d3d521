"""An operation's result in its service's protocol."""

import json
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from aws import cbor
from aws.call import Call
from aws.message import Response

NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


class Raw(str):
    """XML that is already written."""


def result(call: Call, value: Any) -> Response:
    if isinstance(value, Response):
        value.headers.setdefault("x-amz-request-id" if call.service == "s3" else "x-amzn-requestid", call.request_id)
        return value
    if call.service in NAMESPACES:
        return _query(call, value)
    if cbor.spoken(call.request):
        headers = cbor.HEADERS | {"x-amzn-requestid": call.request_id}
        return Response(200, cbor.encode(value), headers)
    version = "1.0" if call.service in ("dynamodb", "sqs") else "1.1"
    headers = {"content-type": f"application/x-amz-json-{version}", "x-amzn-requestid": call.request_id}
    return Response(200, json.dumps(value).encode() if value is not None else b"", headers)


def _query(call: Call, value: dict[str, Any] | None) -> Response:
    name = call.operation
    inner = f"<{name}Result>{xml(value)}</{name}Result>" if value is not None else ""
    body = (
        f'<{name}Response xmlns="{NAMESPACES[call.service]}">{inner}'
        f"<ResponseMetadata><RequestId>{call.request_id}</RequestId></ResponseMetadata></{name}Response>"
    )
    return Response(200, body.encode(), {"content-type": "text/xml", "x-amzn-requestid": call.request_id})


def xml(value: Any) -> str:
    if isinstance(value, Raw):
        return value
    if isinstance(value, dict):
        return "".join(f"<{name}>{xml(inner)}</{name}>" for name, inner in value.items() if inner is not None)
    if isinstance(value, list | tuple):
        return "".join(f"<member>{xml(inner)}</member>" for inner in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment(value)
    return escape(str(value))


def moment(value: datetime) -> str:
    if value.tzinfo is not None:
        value = value.astimezone(UTC)
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")
