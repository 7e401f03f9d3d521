"""moto itself, for what we do not mend.

The account is forced by header, the credentials having been checked already; and an operation moto does not know is
answered in the service's own protocol with status 501, where moto's server sends a page of HTML with status 500.
"""

import io
import logging
import re
from collections.abc import Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from aws import network
from aws.call import Call
from aws.errors import NOT_IMPLEMENTED, AwsError
from aws.message import Response

log = logging.getLogger("aws.fallback")

# What moto does for S3 well enough; everything else of S3 is ours or is refused.
S3 = {
    "AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateMultipartUpload", "DeleteBucketCors",
    "DeleteObject", "DeleteObjects", "DeleteObjectTagging", "GetBucketCors", "GetObject", "GetObjectAcl",
    "GetObjectAttributes", "GetObjectLegalHold", "GetObjectTagging", "HeadObject", "ListMultipartUploads",
    "ListObjects", "ListObjectsV2", "ListObjectVersions", "ListParts", "PutBucketCors", "PutObject",
    "PutObjectLegalHold", "PutObjectRetention", "PutObjectTagging", "UploadPart", "UploadPartCopy",
}  # fmt: skip

# Networks are moto's; instances, volumes, launch templates and hosts are not, nor what is unknown of them.
EC2 = {
    "AssociateRouteTable", "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress",
    "CreateRouteTable", "CreateSecurityGroup", "CreateSubnet", "CreateTags", "CreateVpc", "CreateVpcEndpoint",
    "DeleteFlowLogs", "DeleteSecurityGroup", "DeleteSubnet", "DeleteTags", "DeleteVpc", "DeleteVpcEndpoints",
    "DescribeAvailabilityZones", "DescribeFlowLogs", "DescribeRegions", "DescribeRouteTables",
    "DescribeSecurityGroupRules", "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcAttribute",
    "DescribeVpcEndpoints", "DescribeVpcs", "ModifySubnetAttribute", "ModifyVpcAttribute", "ModifyVpcEndpoint",
    "ModifyVpcTenancy", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress",
}  # fmt: skip

# moto's log groups and clusters are others than ours
WHOLLY_OURS = {"cloudtrail", "config", "events", "guardduty", "logs", "monitoring", "redshift", "s3control"}


def not_implemented(call: Call) -> AwsError:
    log.error("NOT IMPLEMENTED by the emulator: %s %s", call.service, call.operation or call.request.target)
    message = f"the emulator does not implement {call.service} {call.operation}"
    return AwsError("NotImplemented", message, NOT_IMPLEMENTED)


class Moto:
    def __init__(self) -> None:
        def create(service: Any) -> Any:
            app = create_backend_app(service)
            app.config["PROPAGATE_EXCEPTIONS"] = True
            return app

        self.app = DomainDispatcherApplication(create)

    def answer(self, call: Call) -> Response:
        known = {"s3": S3, "ec2": EC2}.get(call.service)
        if (known is not None and call.operation not in known) or call.service in WHOLLY_OURS:
            raise not_implemented(call)
        if call.service == "ec2":
            network.build()
        started: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            started["status"] = int(status.split(" ", 1)[0])
            started["headers"] = headers

        try:
            chunks: Iterable[bytes] = self.app(environ(call), start_response)
            body = b"".join(chunks)
        except NotImplementedError as error:
            raise not_implemented(call) from error
        except Exception as error:
            log.exception("moto failed on %s %s", call.service, call.operation)
            raise AwsError("InternalFailure", f"moto failed: {error}", 500) from error
        if started["status"] >= 400:
            call.error_code = error_code(body)
            if call.service == "ec2":
                body = MISQUOTED.sub(rb"'\1'", body).replace(b"VpcID '", b"The vpc ID '")
        headers = {name.lower(): value for name, value in started["headers"] if name.lower() not in DROPPED}
        if call.request.method != "HEAD":
            headers.pop("content-length", None)
        return Response(started["status"], body, headers)


CODE = re.compile(rb'<Code>([^<]+)</Code>|"__type":\s*"(?:[^"]*#)?([^"]+)"')
MISQUOTED = re.compile(rb"'?\{(?:'|&#39;|&#x27;|&apos;)([^'&]+)(?:'|&#39;|&#x27;|&apos;)\}'?")  # moto prints a set


def error_code(body: bytes) -> str:
    found = CODE.search(body)
    return (found.group(1) or found.group(2)).decode() if found else "Unknown"


DROPPED = {"connection", "transfer-encoding", "access-control-allow-origin", "server"}


def environ(call: Call) -> dict[str, Any]:
    request = call.request
    values: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path.encode("utf-8").decode("latin-1"),
        "QUERY_STRING": request.raw_query,
        "REQUEST_URI": request.target,
        "RAW_URI": request.target,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": request.headers.get("host", "").rpartition(":")[2] or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": request.headers.get("content-type", ""),
    }
    for name, value in request.headers.items():
        if name not in ("content-length", "content-type", "transfer-encoding", "expect"):
            values["HTTP_" + name.upper().replace("-", "_")] = value
    values["HTTP_X_MOTO_ACCOUNT_ID"] = call.account
    return values


MOTO = Moto()
