"""Server access logging. https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html

Checked and read back; no log objects are written.
"""

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.message import Response
from aws.registry import answers
from aws.s3 import gate, xmldoc
from aws.service_access import may_put_objects

ROOT = "BucketLoggingStatus"
PERMISSIONS = (
    "You must either provide the necessary permissions to the logging service using a bucket policy or give the "
    "log-delivery group WRITE and READ_ACP permissions to the target bucket"
)


def bad_target(message: str) -> AwsError:
    return AwsError("InvalidTargetBucketForLogging", message)


@answers("s3", "GetBucketLogging")
def get_bucket_logging(call: Call) -> Response:
    found = stores.bucket_record(gate.bucket(call)).documents.get("logging")
    return xmldoc.answer(found or xmldoc.document(ROOT, ""))


@answers("s3", "PutBucketLogging")
def put_bucket_logging(call: Call) -> Response:
    source = gate.bucket(call)
    record = stores.bucket_record(source)
    tree = xmldoc.parse(call.request.body, ROOT)
    enabled = tree.find("LoggingEnabled")
    if enabled is None:  # the empty document is how logging is turned off
        record.documents.pop("logging", None)
        record.logging = None
        return Response(200)
    xmldoc.only(enabled, "TargetBucket", "TargetPrefix", "TargetGrants", "TargetObjectKeyFormat")
    name, prefix = xmldoc.required(enabled, "TargetBucket"), xmldoc.required(enabled, "TargetPrefix")
    target = stores.bucket(name)
    if target is None or target.account_id != source.account_id:
        raise bad_target("The target bucket for logging does not exist")
    if target.region_name != source.region_name:
        raise AwsError("CrossLocationLoggingProhibited", "Cross S3 location logging not allowed. ", 403)
    if target.object_lock_enabled and target.default_lock_mode:
        raise bad_target("The target bucket for logging must not have a default retention")
    grants = enabled.find("TargetGrants")
    if grants is not None and len(grants) and stores.bucket_record(target).ownership == "BucketOwnerEnforced":
        raise bad_target("TargetGrants are not supported for a target bucket with BucketOwnerEnforced")
    if not may_put_objects(
        "logging.s3.amazonaws.com", f"arn:aws:s3:::{source.name}", source.account_id, name, prefix + "log"
    ):
        raise bad_target(PERMISSIONS)
    content = xmldoc.tag("TargetBucket", name) + xmldoc.tag("TargetPrefix", prefix) + _format(enabled)
    record.documents["logging"] = xmldoc.document(ROOT, f"<LoggingEnabled>{content}</LoggingEnabled>")
    record.logging = (name, prefix)
    return Response(200)


def _format(enabled: xmldoc.Element) -> str:
    given = enabled.find("TargetObjectKeyFormat")
    if given is None:
        return ""
    xmldoc.only(given, "SimplePrefix", "PartitionedPrefix")
    if len(given) != 1:
        raise xmldoc.malformed()
    partitioned = given.find("PartitionedPrefix")
    if partitioned is not None:
        xmldoc.choice(partitioned, "PartitionDateSource", "EventTime", "DeliveryTime")
    return f"<TargetObjectKeyFormat>{xmldoc.inner(given)}</TargetObjectKeyFormat>"
