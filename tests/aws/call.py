"""One AWS call, understood: which service and operation, by whom, on what."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from aws import cbor
from aws.errors import AwsError
from aws.message import Request
from aws.principals import Caller
from aws.s3 import names as s3_names

READS = ("Get", "List", "Describe", "Head", "Select", "Search", "Lookup", "Simulate", "Query", "Scan", "BatchGet")
# Not named like a read, yet they change nothing that can be read back.
HARMLESS = {
    "AssumeRole", "Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
    "GenerateRandom", "ReceiveMessage", "DecodeAuthorizationMessage", "Sign", "Verify", "GenerateMac", "VerifyMac",
    "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "TransactGetItems",
}  # fmt: skip

# S3 Control signs as S3 and names the account in a header, which S3 knows nothing of.
_BLOCK = "/v20180820/configuration/publicAccessBlock"
CONTROL = {
    ("GET", _BLOCK): "GetPublicAccessBlock",
    ("PUT", _BLOCK): "PutPublicAccessBlock",
    ("DELETE", _BLOCK): "DeletePublicAccessBlock",
}

# What proves who calls is a token in it.
UNSIGNED = b"Action=AssumeRoleWithWebIdentity"


@dataclass(slots=True)
class Call:
    request: Request
    service: str
    operation: str
    region: str
    access_key: str
    params: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    bucket: str = ""
    key: str = ""
    resource: str = ""
    caller: Caller | None = None
    request_id: str = ""
    error_code: str = ""  # of an error that moto answered

    @property
    def by(self) -> Caller:
        assert self.caller is not None, "only asked after the caller was identified"
        return self.caller

    @property
    def account(self) -> str:
        return self.caller.account if self.caller else ""

    @property
    def mutating(self) -> bool:
        return not self.operation.startswith(READS) and self.operation not in HARMLESS

    def header(self, name: str) -> str | None:
        return self.request.headers.get(name)

    def param(self, name: str, default: Any = None) -> Any:
        return self.params.get(name, default)

    def rewrite_json_body(self, params: dict[str, Any]) -> None:
        self.request.body = json.dumps(params).encode()

    def required(self, name: str) -> Any:
        value = self.params.get(name)
        if value is None or value == "":
            code = "ValidationError" if self.service in ("iam", "sts") else "ValidationException"
            raise AwsError(
                code,
                f"1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must not be null",
            )
        return value


def understand(request: Request) -> Call:
    access_key, region, service = _credential_scope(request)
    account = request.headers.get("x-amz-account-id")
    if service == "s3" and account:
        operation = CONTROL.get((request.method, request.raw_path), "")
        return Call(request, "s3control", operation, region, access_key, resource=account)
    if service == "s3":
        query = request.query()
        bucket, _, key = request.raw_path.lstrip("/").partition("/")
        bucket, key = unquote(bucket), unquote(key)
        operation = s3_names.operation(request.method, bucket, key, query, request.headers)
        call = Call(request, service, operation, region, access_key, query=query, bucket=bucket, key=key)
        call.resource = f"{bucket}/{key}" if key else bucket
        return call
    target = request.headers.get("x-amz-target")
    if cbor.spoken(request):
        params = _cbor_body(request.body)
        call = Call(request, service, request.raw_path.rpartition("/")[2], region, access_key, params)
    elif target:
        params = _json_body(request.body)
        call = Call(request, service, target.rpartition(".")[2], region, access_key, params)
    else:
        flat = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)) | request.query()
        call = Call(request, service, flat.pop("Action", ""), region, access_key, unflatten(flat))
    call.resource = _resource(call.params)
    return call


def _credential_scope(request: Request) -> tuple[str, str, str]:
    authorization = request.headers.get("authorization", "")
    _, _, credential = authorization.partition("Credential=")
    scope = credential.split(",")[0].split("/")
    if len(scope) == 5:
        return scope[0], scope[2], scope[3].lower()
    signed = request.query().get("X-Amz-Credential", "").split("/")
    if len(signed) == 5:
        return signed[0], signed[2], signed[3].lower()
    if UNSIGNED in request.body:
        return "", "us-east-1", "sts"
    return "", "us-east-1", "s3"  # unsigned: of the others only S3 takes those


def _cbor_body(body: bytes) -> dict[str, Any]:
    try:
        document = cbor.decode(body) if body else {}
    except (ValueError, KeyError, TypeError) as error:
        raise AwsError("SerializationException", str(error)) from error
    if not isinstance(document, dict):
        raise AwsError("SerializationException", "the body is not a map")
    return document


def _json_body(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", str(error)) from error
    if not isinstance(document, dict):
        raise AwsError("SerializationException", "the body is not an object")
    return document


def unflatten(flat: dict[str, str]) -> dict[str, Any]:
    """`Tags.member.1.Key=a` becomes {"Tags": [{"Key": "a"}]}."""
    tree: dict[str, Any] = {}
    for path, value in flat.items():
        node = tree
        steps = [step for step in path.split(".") if step != "member"]
        for step in steps[:-1]:
            below = node.setdefault(step, {})
            if not isinstance(below, dict):
                below = node[step] = {}
            node = below
        node[steps[-1]] = value
    return {name: _lists(value) for name, value in tree.items()}


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(step.isdigit() for step in node):
        return [_lists(node[step]) for step in sorted(node, key=int)]
    return {step: _lists(value) for step, value in node.items()}


RESOURCE_PARAMS = (
    "RoleName", "RoleArn", "PolicyArn", "PolicyName", "AliasName", "KeyId", "TargetKeyId", "QueueName", "QueueUrl",
    "VpcId", "SubnetId", "GroupId", "UserName", "InstanceProfileName", "ResourceARN", "ResourceArn",
    "ClusterIdentifier", "ParameterGroupName", "ClusterSubnetGroupName", "SnapshotCopyGrantName", "ResourceName",
    "logGroupName", "resourceArn", "InstanceId", "LaunchTemplateId", "LaunchTemplateName", "HostId", "ResourceId",
    "Name", "TrailName", "AlarmName", "AlarmNames", "AlarmNamePrefix", "TableName",
)  # fmt: skip


def _resource(params: dict[str, Any]) -> str:
    template = params.get("LaunchTemplate")  # RunInstances names no instance
    if isinstance(template, dict):
        return str(template.get("LaunchTemplateId") or template.get("LaunchTemplateName") or "")
    for name in RESOURCE_PARAMS:
        value = params.get(name)
        if isinstance(value, str):
            return value.rpartition("/")[2] if name == "QueueUrl" else value
        if isinstance(value, list) and value and isinstance(value[0], str):
            return value[0]
    return ""
