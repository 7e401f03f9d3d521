"""Bucket policies. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html"""

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.iam.documents import unknown_principal
from aws.message import Response
from aws.policy.document import RESOURCE, Document, Malformed, Statement, parse
from aws.registry import answers
from aws.s3 import gate, xmldoc
from aws.s3.account import counting

SIZE = 20 * 1024
# A statement for everyone is not public where one of these pins it to fixed values.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
PINNING = {
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:sourcearn",
    "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:userid", "aws:sourceip",
    "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:dataaccesspointarn", "s3:dataaccesspointaccount",
}  # fmt: skip
POSITIVE = {"StringEquals", "StringLike", "ArnEquals", "ArnLike", "StringEqualsIgnoreCase", "IpAddress"}


def is_public(document: Document) -> bool:
    return any(statement.allow and _for_everyone(statement) for statement in document.statements)


def _for_everyone(statement: Statement) -> bool:
    principals = statement.principals or {"*": ("*",)}
    if "*" not in principals and "*" not in principals.get("AWS", ()):
        return False
    return not any(
        test.key in PINNING
        and test.operator.name in POSITIVE
        and not any("*" in v and v.strip("*:") == "" for v in test.values)
        for test in statement.conditions
    )


@answers("s3", "PutBucketPolicy")
def put_bucket_policy(call: Call) -> Response:
    record = stores.bucket_record(gate.bucket(call))
    text = call.request.body.decode("utf-8", "replace")
    if len(text) > SIZE:
        raise AwsError("PolicyTooLarge", "Your policy exceeds the maximum allowed document size.")
    document = checked(text, call.bucket)
    if counting(gate.bucket(call))["BlockPublicPolicy"] and is_public(document):
        raise AwsError(
            "AccessDenied",
            "Access Denied: public policies are blocked by the BlockPublicPolicy setting in S3 Block Public Access.",
            403,
        )
    record.policy = text
    return Response(204)


def checked(text: str, bucket: str) -> Document:
    try:
        document = parse(text, RESOURCE)
    except Malformed as error:
        raise AwsError("MalformedPolicy", str(error)) from error
    unknown = unknown_principal(document)
    if unknown is not None:
        raise AwsError("MalformedPolicy", "Invalid principal in policy", Detail=f'"AWS" : "{unknown}"')
    arn = f"arn:aws:s3:::{bucket}"
    for statement in document.statements:
        if any(not action.lower().startswith("s3:") and action != "*" for action in statement.actions):
            raise AwsError("MalformedPolicy", "Policy has invalid action")
        for resource in statement.resources:
            if resource != arn and not resource.startswith(arn + "/") and resource not in ("*", arn + "*"):
                raise AwsError("MalformedPolicy", "Policy has invalid resource", Detail=resource)
        _check_reach(statement, arn)
    return document


def _check_reach(statement: Statement, arn: str) -> None:
    """Object actions need an object resource, bucket actions the bucket: S3 refuses a statement without effect."""
    if statement.actions_inverted or statement.resources_inverted:
        return
    wide = any("*" in resource.removeprefix(arn)[:1] or resource == "*" for resource in statement.resources)
    if any("*" in action for action in statement.actions) or wide:
        return
    on_objects = any("/" in resource.removeprefix(arn) for resource in statement.resources)
    on_bucket = arn in statement.resources
    for action in statement.actions:
        name = action.lower().removeprefix("s3:")
        for_objects = any(name.startswith(prefix) for prefix in OBJECT_ACTIONS)
        if not (on_objects if for_objects else on_bucket):
            raise AwsError("MalformedPolicy", "Action does not apply to any resource(s) in statement")


OBJECT_ACTIONS = (
    "getobject", "putobject", "deleteobject", "abortmultipartupload", "listmultipartuploadparts", "restoreobject",
    "bypassgovernance", "replicate", "initiatereplication",
)  # fmt: skip


@answers("s3", "GetBucketPolicy")
def get_bucket_policy(call: Call) -> Response:
    text = stores.bucket_record(gate.bucket(call)).policy
    if text is None:
        raise AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404, BucketName=call.bucket)
    return Response(200, text.encode(), {"content-type": "application/json"})


@answers("s3", "DeleteBucketPolicy")
def delete_bucket_policy(call: Call) -> Response:
    stores.bucket_record(gate.bucket(call)).policy = None
    return Response(204)


@answers("s3", "GetBucketPolicyStatus")
def get_bucket_policy_status(call: Call) -> Response:
    text = stores.bucket_record(gate.bucket(call)).policy
    if text is None:
        raise AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404, BucketName=call.bucket)
    public = is_public(parse(text, RESOURCE))
    return xmldoc.answer(xmldoc.document("PolicyStatus", xmldoc.tag("IsPublic", public)))
