"""Buckets themselves. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html"""

import re

from moto.s3.models import FakeBucket, s3_backends

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.message import Response
from aws.registry import answers
from aws.s3 import gate, xmldoc
from aws.s3.tagging import read_tags

NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
OWNERSHIP = ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")
# Every new bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
BLOCKED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}


def creation(call: Call) -> tuple[str, dict[str, str]]:
    """Region and tags that the body asks for."""
    if not call.request.body:
        constraint, tags = None, {}
    else:
        tree = xmldoc.parse(call.request.body, "CreateBucketConfiguration")
        constraint = xmldoc.text(tree, "LocationConstraint")
        found = tree.find("Tags")
        tags = read_tags(found) if found is not None else {}
    if constraint == "us-east-1":
        raise AwsError("InvalidLocationConstraint", "The specified location-constraint is not valid")
    # The endpoint of us-east-1 makes buckets anywhere, every other one only its own, and says so.
    if call.region != "us-east-1" and constraint != call.region:
        raise AwsError(
            "IllegalLocationConstraintException",
            f"The {constraint or 'unspecified'} location constraint is incompatible for the region specific "
            "endpoint this request was sent to.",
        )
    return constraint or call.region, tags


@answers("s3", "CreateBucket")
def create_bucket(call: Call) -> Response:
    if not NAME.fullmatch(call.bucket):
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.", BucketName=call.bucket)
    region, tags = creation(call)
    existing = stores.bucket(call.bucket)
    if existing is not None:
        return recreate(call, existing)
    ownership = call.header("x-amz-object-ownership") or "BucketOwnerEnforced"
    if ownership not in OWNERSHIP:
        raise AwsError("InvalidArgument", f"Invalid x-amz-object-ownership header: {ownership}")
    bucket = stores.new_bucket(call.bucket, call.account, region)
    record = stores.bucket_record(bucket)
    record.tags, record.block, record.ownership = tags, dict(BLOCKED), ownership
    if (call.header("x-amz-bucket-object-lock-enabled") or "").lower() == "true":
        bucket.object_lock_enabled = True
        bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = None, None, None
        bucket.versioning_status = "Enabled"  # "automatically enabled", and for good
    stores.s3(call.account).buckets[call.bucket] = bucket
    return Response(200, b"", {"location": f"/{call.bucket}", "x-amz-bucket-arn": f"arn:aws:s3:::{call.bucket}"})


def recreate(call: Call, existing: FakeBucket) -> Response:
    if existing.account_id != call.account:
        message = (
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
            "Please select a different name and try again."
        )
        raise AwsError("BucketAlreadyExists", message, 409, BucketName=call.bucket)
    if call.region == existing.region_name == "us-east-1":
        # "For legacy compatibility, if you re-create an existing bucket that you already own in us-east-1, Amazon S3
        # returns 200 OK and resets the bucket access control lists". Nothing else about the bucket changes.
        return Response(200, b"", {"location": f"/{call.bucket}"})
    message = "Your previous request to create the named bucket succeeded and you already own it."
    raise AwsError("BucketAlreadyOwnedByYou", message, 409, BucketName=call.bucket)


@answers("s3", "DeleteBucket")
def delete_bucket(call: Call) -> Response:
    bucket = gate.bucket(call)
    if any(bucket.keys.getlist(name) for name in list(bucket.keys)):  # delete markers and old versions count
        raise AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409, BucketName=call.bucket)
    s3_backends.bucket_accounts.pop(call.bucket, None)
    del stores.s3(bucket.account_id).buckets[call.bucket]
    return Response(204)


@answers("s3", "HeadBucket")
def head_bucket(call: Call) -> Response:
    bucket = gate.bucket(call)
    headers = {"x-amz-bucket-region": bucket.region_name, "x-amz-bucket-arn": f"arn:aws:s3:::{bucket.name}"}
    return Response(200, b"", headers | {"content-type": "application/xml"})


@answers("s3", "GetBucketLocation")
def get_bucket_location(call: Call) -> Response:
    region = gate.bucket(call).region_name
    return xmldoc.answer(xmldoc.document("LocationConstraint", "" if region == "us-east-1" else region))


@answers("s3", "ListBuckets")
def list_buckets(call: Call) -> Response:
    prefix, region = call.query.get("prefix", ""), call.query.get("bucket-region")
    after = call.query.get("continuation-token", "")
    size = int(call.query.get("max-buckets", 10000))
    names = [
        name
        for name, bucket in sorted(stores.s3(call.account).buckets.items())
        if name.startswith(prefix) and name > after and region in (None, bucket.region_name)
    ]
    page = names[:size]
    content = []
    for name in page:
        bucket = stores.s3(call.account).buckets[name]
        created = bucket.creation_date_ISO8601
        fields = {"Name": name, "CreationDate": created, "BucketRegion": bucket.region_name}
        content.append(f"<Bucket>{xmldoc.tags(fields)}</Bucket>")
    owner = f"<Owner>{xmldoc.tag('ID', call.account * 5)}</Owner>"
    more = xmldoc.tag("ContinuationToken", page[-1]) if len(page) < len(names) else ""
    echoed = xmldoc.tag("Prefix", prefix) if prefix else ""
    body = xmldoc.document("ListAllMyBucketsResult", f"{owner}<Buckets>{''.join(content)}</Buckets>{more}{echoed}")
    return xmldoc.answer(body)
