"""Objects: moto stores them; here is what S3 asks first.

SSE-KMS: the key must be there and enabled, and the caller must be allowed to use it through S3.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from moto.s3.models import FakeBucket

from aws import stores
from aws.authorization import kms
from aws.call import Call
from aws.errors import AwsError
from aws.fallback import MOTO
from aws.message import Response
from aws.registry import answers
from aws.s3 import checksums, gate, replication, xmldoc
from aws.s3.encryption import KMS, blocked_of
from aws.service_access import find_key

WRITES = ("PutObject", "CopyObject", "CreateMultipartUpload")
CUSTOMER_KEY = "x-amz-server-side-encryption-customer-algorithm"
MANAGED = "alias/aws/s3"
# Of an object that a service has written under an encryption context of its own.
CONTEXT = "encryption_context"


def use_key(call: Call, bucket: FakeBucket, name: str, *actions: str, also: dict[str, str] | None = None) -> None:
    """`also`: what whoever wrote the object said of it besides."""
    if name.endswith(MANAGED):
        return  # S3's own key serves everyone in the account
    key = find_key(bucket.account_id, bucket.region_name, name)
    if key is None:
        raise AwsError("KMS.NotFoundException", f"Invalid keyId '{name}'")
    if key.key_state == "Disabled":
        raise AwsError("KMS.DisabledException", f"{key.arn} is disabled.")
    if key.key_state != "Enabled":
        raise AwsError("KMS.KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key.region != bucket.region_name:
        raise AwsError("KMS.NotFoundException", f"Key {name} is in another region")
    # With a bucket key the encryption context is the bucket, otherwise the object.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
    by_bucket = ((bucket.encryption or {}).get("Rule") or {}).get("BucketKeyEnabled") == "true"
    arn = f"arn:aws:s3:::{call.bucket}" + ("" if by_bucket else f"/{call.key}")
    for action in actions:
        kms.through(call, "s3", key, action, {"aws:s3:arn": arn} | (also or {}))


@answers("s3", *WRITES)
def write(call: Call) -> Response:
    bucket = gate.bucket(call)
    if call.header(CUSTOMER_KEY) and blocked_of(bucket) == ["SSE-C"]:
        raise AwsError("AccessDenied", "Access Denied: the bucket blocks SSE-C", 403)
    algorithm = call.header("x-amz-server-side-encryption")
    name = call.header("x-amz-server-side-encryption-aws-kms-key-id")
    if name and algorithm not in KMS:
        raise AwsError(
            "InvalidArgument",
            "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : "
            "aws:kms",
        )
    default = stores.bucket_record(bucket).kms_key
    if (algorithm is None and default is not None) or algorithm in KMS:
        actions = ["kms:GenerateDataKey"] + (["kms:Decrypt"] if call.operation == "CreateMultipartUpload" else [])
        use_key(call, bucket, name or default or MANAGED, *actions)
    is_put = call.operation == "PutObject" and not checksums.names_another(call)
    checksum = checksums.compare(call) if is_put else None
    response = MOTO.answer(call)
    if checksum is not None and response.status == 200:
        checksums.keep(call, bucket, checksum)
        response.headers[checksums.HEADER] = checksum
    if response.status == 200 and call.operation != "CreateMultipartUpload":
        replication.begin(bucket, call.key)
    return response


@answers("s3", "GetObject")
def read(call: Call) -> Response:
    bucket = gate.bucket(call)
    found = stores.s3(bucket.account_id).get_object(call.bucket, call.key, version_id=call.query.get("versionId"))
    if found is not None and found.encryption in KMS:
        also = getattr(found, CONTEXT, None)
        use_key(call, bucket, found.kms_key_id or MANAGED, "kms:Decrypt", also=also)
    response = MOTO.answer(call)
    response.headers.update(replication.status(found))
    return response


@answers("s3", "HeadObject")
def head(call: Call) -> Response:
    bucket = gate.bucket(call)
    found = stores.s3(bucket.account_id).get_object(call.bucket, call.key, version_id=call.query.get("versionId"))
    response = MOTO.answer(call)
    response.headers.update(replication.status(found))
    return response


@answers("s3", "DeleteObject", "DeleteObjects")
def delete(call: Call) -> Response:
    """Without a version it only puts a delete marker, which is copied where a rule says so."""
    response = MOTO.answer(call)
    if response.status in (200, 204):
        for name in _marked(call):
            replication.begin(gate.bucket(call), name)
    return response


def _marked(call: Call) -> list[str]:
    if call.operation == "DeleteObject":
        return [] if "versionId" in call.query else [call.key]
    tree = xmldoc.parse(call.request.body, "Delete")
    return [xmldoc.required(node, "Key") for node in tree.findall("Object") if node.find("VersionId") is None]
