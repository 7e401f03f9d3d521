"""Lifecycle rules: validated and read back; nothing is ever moved or expired.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
"""

import secrets
from xml.etree.ElementTree import SubElement

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.message import Response
from aws.registry import answers
from aws.s3 import gate, xmldoc

ROOT = "LifecycleConfiguration"
HEADER = "x-amz-transition-default-minimum-object-size"
SIZES = ("all_storage_classes_128K", "varies_by_storage_class")
CLASSES = ("GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR")
SLOW_CLASSES = ("STANDARD_IA", "ONEZONE_IA")  # not before 30 days
ACTIONS = (
    "Expiration", "Transition", "NoncurrentVersionTransition", "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
)  # fmt: skip


def invalid(message: str) -> AwsError:
    return AwsError("InvalidArgument", message)


@answers("s3", "GetBucketLifecycleConfiguration")
def get_lifecycle(call: Call) -> Response:
    documents = stores.bucket_record(gate.bucket(call)).documents
    found = documents.get("lifecycle")
    if found is None:
        raise AwsError(
            "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", 404, BucketName=call.bucket
        )
    response = xmldoc.answer(found)
    response.headers[HEADER] = documents[HEADER].decode()
    return response


@answers("s3", "DeleteBucketLifecycle")
def delete_lifecycle(call: Call) -> Response:
    stores.bucket_record(gate.bucket(call)).documents.pop("lifecycle", None)
    return Response(204)


@answers("s3", "PutBucketLifecycleConfiguration")
def put_lifecycle(call: Call) -> Response:
    size = call.header(HEADER) or SIZES[0]
    if size not in SIZES:
        raise invalid(f"Invalid {HEADER}: {size}")
    tree = xmldoc.parse(call.request.body, ROOT)
    xmldoc.only(tree, "Rule")
    if not 1 <= len(tree) <= 1000:
        raise xmldoc.malformed()
    for rule in tree:
        _check(rule)
        if xmldoc.text(rule, "ID") in (None, ""):
            for node in rule.findall("ID"):
                rule.remove(node)
            made = SubElement(rule, "ID")  # S3 makes one up
            made.text = secrets.token_urlsafe(36)
    ids = [xmldoc.text(rule, "ID") for rule in tree]
    if len(ids) != len(set(ids)):
        raise invalid("Rule ID must be unique. Found same ID for more than one rule")
    documents = stores.bucket_record(gate.bucket(call)).documents
    documents["lifecycle"] = xmldoc.document(ROOT, xmldoc.inner(tree))
    documents[HEADER] = size.encode()
    return Response(200, b"", {HEADER: size})


def _check(rule: xmldoc.Element) -> None:
    xmldoc.only(rule, "ID", "Status", "Filter", "Prefix", *ACTIONS)
    xmldoc.choice(rule, "Status", "Enabled", "Disabled")
    if len(xmldoc.text(rule, "ID") or "") > 255:
        raise invalid("ID length should not exceed allowed limit of 255")
    filter_ = rule.find("Filter")
    if (filter_ is None) == (rule.find("Prefix") is None):
        raise xmldoc.malformed()
    tagged = filter_ is not None and _check_filter(filter_)
    if not any(rule.find(action) is not None for action in ACTIONS):
        raise AwsError("InvalidRequest", "At least one action needs to be specified in a rule")
    transitions = [_transition(node) for node in rule.findall("Transition")]
    _check_expiration(rule.find("Expiration"), [days for days in transitions if days is not None], tagged)
    noncurrent = [_noncurrent(node, True) for node in rule.findall("NoncurrentVersionTransition")]
    expiry = rule.find("NoncurrentVersionExpiration")
    if expiry is not None:
        days = _noncurrent(expiry, False)
        if noncurrent and days <= max(noncurrent):
            raise invalid(
                "'NoncurrentDays' in the NoncurrentVersionExpiration action for filter must be greater than "
                "'NoncurrentDays' in the NoncurrentVersionTransition action"
            )
        if filter_ is None and expiry.find("NewerNoncurrentVersions") is not None:
            raise AwsError("InvalidRequest", "NewerNoncurrentVersions element can only be used with Filter")
    abort = rule.find("AbortIncompleteMultipartUpload")
    if abort is not None:
        if (xmldoc.number(abort, "DaysAfterInitiation") or 0) < 1:
            raise invalid("'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer")
        if tagged:
            raise AwsError("InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags")


def _check_filter(filter_: xmldoc.Element) -> bool:
    """Whether it filters by tags."""
    parts = ("Prefix", "Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
    xmldoc.only(filter_, *parts, "And")
    if len(filter_) > 1:
        raise xmldoc.malformed()
    both = filter_.find("And")
    inside = both if both is not None else filter_
    if both is not None:
        xmldoc.only(both, *parts)
        if len(both) < 2:
            raise xmldoc.malformed()
    for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        xmldoc.number(inside, name)
    return inside.find("Tag") is not None


def _transition(node: xmldoc.Element) -> int | None:
    xmldoc.only(node, "Date", "Days", "StorageClass")
    storage = xmldoc.choice(node, "StorageClass", *CLASSES)
    days = xmldoc.number(node, "Days")
    if (days is None) == (node.find("Date") is None):
        raise xmldoc.malformed()
    if days is not None and days < 0:
        raise invalid("'Days' in Transition action must be nonnegative")
    if days is not None and storage in SLOW_CLASSES and days < 30:
        raise invalid(f"'Days' in Transition action must be greater than or equal to 30 for storageClass '{storage}'")
    return days


def _noncurrent(node: xmldoc.Element, transition: bool) -> int:
    xmldoc.only(node, "NoncurrentDays", "NewerNoncurrentVersions", *(["StorageClass"] if transition else []))
    days = xmldoc.number(node, "NoncurrentDays")
    if days is None:
        raise xmldoc.malformed()
    newer = xmldoc.number(node, "NewerNoncurrentVersions")
    if newer is not None and not 1 <= newer <= 100:
        raise invalid("'NewerNoncurrentVersions' must be between 1 and 100")
    if transition:
        storage = xmldoc.choice(node, "StorageClass", *CLASSES)
        if storage in SLOW_CLASSES and days < 30:
            raise invalid(
                "'NoncurrentDays' in NoncurrentVersionTransition action must be greater than or equal to 30 for "
                f"storageClass '{storage}'"
            )
    elif days < 1:
        raise invalid("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer")
    return days


def _check_expiration(node: xmldoc.Element | None, transitions: list[int], tagged: bool) -> None:
    if node is None:
        return
    xmldoc.only(node, "Date", "Days", "ExpiredObjectDeleteMarker")
    if len(node) != 1:
        raise xmldoc.malformed()
    days = xmldoc.number(node, "Days")
    if days is not None and days < 1:
        raise invalid("'Days' for Expiration action must be a positive integer")
    if days is not None and transitions and days <= max(transitions):
        raise invalid("'Days' in the Expiration action for filter must be greater than 'Days' in the Transition action")
    if tagged and node.find("ExpiredObjectDeleteMarker") is not None:
        raise AwsError("InvalidRequest", "ExpiredObjectDeleteMarker cannot be specified with Tags.")
