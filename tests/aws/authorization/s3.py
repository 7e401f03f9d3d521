"""What an S3 call needs permission for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from urllib.parse import unquote

from moto.s3.models import FakeBucket

from aws import stores
from aws.authorization.demand import Demand, decided, request_tags
from aws.authorization.s3_actions import BUCKET, HEADERS, OBJECT, VERSIONED
from aws.call import Call
from aws.errors import AwsError, denied
from aws.policy.context import Context
from aws.policy.document import RESOURCE, parse
from aws.s3 import gate, xmldoc
from aws.s3.account import counting
from aws.s3.buckets import creation
from aws.s3.policy import is_public

POLICY_CALLS = ("GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy")
WHOLE = {"PutObject", "CopyObject", "CompleteMultipartUpload"}  # these make an object; the parts before do not


def demands(call: Call) -> list[Demand]:
    if call.operation == "ListBuckets":
        return [Demand("s3:ListAllMyBuckets", "*", call.account, circumstances(call))]
    arn = f"arn:aws:s3:::{call.bucket}"
    if call.operation == "CreateBucket":
        return _creation(call, arn)
    bucket = gate.check(call)
    if call.by.is_root and call.account == bucket.account_id and call.operation in POLICY_CALLS:
        return []  # the owner's root user can always mend a policy that locks everyone out
    _restrict_public(call, bucket)
    context = circumstances(call)
    if not call.key and call.operation != "DeleteObjects":
        action = BUCKET.get(call.operation, call.operation)
        return [_on(bucket, action, arn, context), *_passed(call)]
    if call.operation == "DeleteObjects":
        return [_on(bucket, action, f"{arn}/{key}", context) for action, key in _listed(call)]
    needed = [_on(bucket, action, f"{arn}/{call.key}", context) for action in _object_actions(call)]
    if call.operation in ("GetObject", "HeadObject"):
        _hide_absence(call, bucket, arn)
    if call.operation in ("CopyObject", "UploadPartCopy"):
        needed += _source(call, context)
    return needed


def circumstances(call: Call) -> Context:
    context = {f"s3:{name}": [value] for name in HEADERS if (value := call.header(name)) is not None}
    for name in ("prefix", "delimiter", "max-keys", "versionId"):
        if name in call.query:
            context[f"s3:{name.lower()}"] = [call.query[name]]
    context["s3:signatureversion"] = ["AWS4-HMAC-SHA256"]
    context["s3:authtype"] = ["REST-HEADER"]
    if call.request.secure:
        context["s3:tlsversion"] = ["1.3"]  # what AWS's SDKs negotiate
    if call.key:
        context["s3:objectcreationoperation"] = ["true" if call.operation in WHOLE else "false"]
    return context


def _on(bucket: FakeBucket, action: str, arn: str, context: Context) -> Demand:
    policy = stores.bucket_record(bucket).policy
    return Demand(f"s3:{action}", arn, bucket.account_id, context | {"s3:resourceaccount": [bucket.account_id]}, policy)


def _passed(call: Call) -> list[Demand]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html, "Permissions" """
    if call.operation != "PutBucketReplication":
        return []
    role = xmldoc.required(xmldoc.parse(call.request.body, "ReplicationConfiguration"), "Role")
    return [Demand("iam:PassRole", role, call.account, {"iam:passedtoservice": ["s3.amazonaws.com"]})]


def _creation(call: Call, arn: str) -> list[Demand]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html, "Permissions" """
    region, tags = creation(call)
    context = circumstances(call) | request_tags(tags)
    if region != "us-east-1":
        context["s3:locationconstraint"] = [region]
    actions = ["CreateBucket"]
    if (call.header("x-amz-bucket-object-lock-enabled") or "").lower() == "true":
        actions += ["PutBucketObjectLockConfiguration", "PutBucketVersioning"]
    if call.header("x-amz-object-ownership"):
        actions += ["PutBucketOwnershipControls"]
    if tags:
        actions += ["TagResource"]
    return [Demand(f"s3:{action}", arn, call.account, context) for action in actions]


def _object_actions(call: Call) -> list[str]:
    action = OBJECT.get(call.operation, call.operation)
    if "versionId" in call.query and action in VERSIONED:
        action = action.replace("Object", "ObjectVersion", 1)
    actions = [action]
    if action == "PutObject":
        for header, more in (
            ("x-amz-tagging", "PutObjectTagging"),
            ("x-amz-object-lock-mode", "PutObjectRetention"),
            ("x-amz-object-lock-legal-hold", "PutObjectLegalHold"),
        ):
            if call.header(header):
                actions.append(more)
    if (call.header("x-amz-bypass-governance-retention") or "").lower() == "true":
        actions.append("BypassGovernanceRetention")
    return actions


def _listed(call: Call) -> list[tuple[str, str]]:
    """All or nothing, where S3 refuses key by key."""
    tree = xmldoc.parse(call.request.body, "Delete")
    return [
        ("DeleteObjectVersion" if node.find("VersionId") is not None else "DeleteObject", xmldoc.required(node, "Key"))
        for node in tree.findall("Object")
    ]


def _source(call: Call, context: Context) -> list[Demand]:
    source = unquote(call.header("x-amz-copy-source") or "").lstrip("/")
    path, _, version = source.partition("?versionId=")
    name, _, key = path.partition("/")
    found = stores.bucket(name)
    if found is None:
        raise gate.no_such_bucket(name)
    return [_on(found, "GetObjectVersion" if version else "GetObject", f"arn:aws:s3:::{name}/{key}", context)]


def _hide_absence(call: Call, bucket: FakeBucket, arn: str) -> None:
    """Who may not list is not told that an object is missing.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions"
    """
    found = stores.s3(bucket.account_id).get_object(call.bucket, call.key, version_id=call.query.get("versionId"))
    if found is None and not decided(call, _on(bucket, "ListBucket", arn, {})).allowed:
        raise denied("s3", call.by.arn, "s3:ListBucket", arn, "because no identity-based policy allows the action")


def _restrict_public(call: Call, bucket: FakeBucket) -> None:
    record = stores.bucket_record(bucket)
    if call.account == bucket.account_id or not record.policy or not counting(bucket)["RestrictPublicBuckets"]:
        return
    if is_public(parse(record.policy, RESOURCE)):
        raise AwsError("AccessDenied", "Access Denied", 403)
