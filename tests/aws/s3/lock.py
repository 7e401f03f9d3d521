"""Object Lock. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html"""

from datetime import datetime

from moto.s3.models import FakeBucket, FakeKey

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.message import Response
from aws.registry import answers
from aws.s3 import gate, xmldoc

ROOT = "ObjectLockConfiguration"
MODES = ("GOVERNANCE", "COMPLIANCE")


@answers("s3", "GetObjectLockConfiguration")
def get_object_lock(call: Call) -> Response:
    bucket = gate.bucket(call)
    if not bucket.object_lock_enabled:
        raise AwsError(
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket",
            404,
            BucketName=call.bucket,
        )
    content = xmldoc.tag("ObjectLockEnabled", "Enabled")
    if bucket.default_lock_mode:
        # Days or Years, whichever was set; moto answers both, one of them 0.
        period = xmldoc.tag("Days", bucket.default_lock_days) if bucket.default_lock_days else ""
        period = period or xmldoc.tag("Years", bucket.default_lock_years or 0)
        content += (
            f"<Rule><DefaultRetention>{xmldoc.tag('Mode', bucket.default_lock_mode)}{period}</DefaultRetention></Rule>"
        )
    return xmldoc.answer(xmldoc.document(ROOT, content))


@answers("s3", "PutObjectLockConfiguration")
def put_object_lock(call: Call) -> Response:
    """Also on a bucket that holds objects, which moto refuses.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html
    """
    bucket = gate.bucket(call)
    tree = xmldoc.parse(call.request.body, ROOT)
    xmldoc.only(tree, "ObjectLockEnabled", "Rule")
    xmldoc.choice(tree, "ObjectLockEnabled", "Enabled")
    if bucket.versioning_status != "Enabled":
        raise AwsError(
            "InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration", 409
        )
    mode, days, years = None, None, None
    rule = tree.find("Rule")
    if rule is not None:
        retention = rule.find("DefaultRetention")
        if retention is None:
            raise xmldoc.malformed()
        mode = xmldoc.choice(retention, "Mode", *MODES)
        days, years = xmldoc.number(retention, "Days"), xmldoc.number(retention, "Years")
        if (days is None) == (years is None):
            raise xmldoc.malformed()
        if not 1 <= (days or years or 0) <= (36500 if days else 100):
            raise AwsError("InvalidArgument", "Default retention period must be a positive integer value.")
    bucket.object_lock_enabled = True
    bucket.default_lock_mode = mode
    # moto adds both up when it locks an object, so the other must be a number.
    bucket.default_lock_days, bucket.default_lock_years = days or 0, years or 0
    return Response(200)


def locked_object(call: Call) -> tuple[FakeBucket, FakeKey]:
    bucket = gate.bucket(call)
    if not bucket.object_lock_enabled:
        raise AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration")
    found = stores.s3(bucket.account_id).get_object(call.bucket, call.key, version_id=call.query.get("versionId"))
    if found is None:
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=call.key)
    return bucket, found


@answers("s3", "GetObjectRetention")
def get_retention(call: Call) -> Response:
    _, found = locked_object(call)
    if not found.lock_mode or not found.lock_until:
        raise AwsError(
            "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration", 404
        )
    content = xmldoc.tag("Mode", found.lock_mode) + xmldoc.tag("RetainUntilDate", found.lock_until)
    return xmldoc.answer(xmldoc.document("Retention", content))


@answers("s3", "PutObjectRetention")
def put_retention(call: Call) -> Response:
    """Compliance retention can only be lengthened; governance retention needs the bypass to be shortened.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html#object-lock-retention-modes
    """
    _, found = locked_object(call)
    tree = xmldoc.parse(call.request.body, "Retention")
    mode, until = xmldoc.text(tree, "Mode"), xmldoc.text(tree, "RetainUntilDate")
    if (mode is not None and mode not in MODES) or (mode is None) != (until is None):
        raise xmldoc.malformed()
    if until is not None and moment(until) <= datetime.now(moment(until).tzinfo):
        raise AwsError("InvalidArgument", "The retain until date must be in the future!")
    if (
        found.lock_mode
        and found.lock_until
        and moment(found.lock_until) > datetime.now(moment(found.lock_until).tzinfo)
    ):
        weaker = until is None or moment(until) < moment(found.lock_until) or mode != found.lock_mode
        bypass = (call.header("x-amz-bypass-governance-retention") or "").lower() == "true"
        if (
            weaker
            and mode == "COMPLIANCE"
            and found.lock_mode == "GOVERNANCE"
            and until
            and moment(until) >= moment(found.lock_until)
        ):
            weaker = False
        if weaker and (found.lock_mode == "COMPLIANCE" or not bypass):
            raise AwsError("AccessDenied", "Access Denied because object protected by object lock.", 403)
    found.lock_mode, found.lock_until = mode, until
    return Response(200)


def moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise xmldoc.malformed() from error
