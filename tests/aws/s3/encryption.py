"""Default encryption. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html"""

from moto.s3.models import FakeBucket

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.message import Response
from aws.registry import answers
from aws.s3 import gate, xmldoc

ALGORITHMS = ("AES256", "aws:kms", "aws:kms:dsse")
KMS = ("aws:kms", "aws:kms:dsse")
ROOT = "ServerSideEncryptionConfiguration"
# New buckets block SSE-C since April 2026.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
# What a PUT without the element does to the setting is not documented; here it stays as it was.
SSE_C_BLOCKED = ["SSE-C"]


def render(algorithm: str, key: str | None, bucket_key: bool, blocked: list[str]) -> bytes:
    by_default = xmldoc.tag("SSEAlgorithm", algorithm) + (xmldoc.tag("KMSMasterKeyID", key) if key else "")
    content = f"<ApplyServerSideEncryptionByDefault>{by_default}</ApplyServerSideEncryptionByDefault>"
    content += xmldoc.tag("BucketKeyEnabled", bucket_key)
    content += f"<BlockedEncryptionTypes>{xmldoc.elements('EncryptionType', blocked)}</BlockedEncryptionTypes>"
    return xmldoc.document(ROOT, f"<Rule>{content}</Rule>")


DEFAULT = render("AES256", None, False, SSE_C_BLOCKED)


def blocked_of(bucket: FakeBucket) -> list[str]:
    found = stores.bucket_record(bucket).documents.get("encryption", DEFAULT)
    return ["SSE-C"] if b">SSE-C<" in found else ["NONE"]


@answers("s3", "PutBucketEncryption")
def put_bucket_encryption(call: Call) -> Response:
    bucket = gate.bucket(call)
    tree = xmldoc.parse(call.request.body, ROOT)
    rules = tree.findall("Rule")
    if len(rules) != 1:
        raise xmldoc.malformed()
    rule = rules[0]
    xmldoc.only(rule, "ApplyServerSideEncryptionByDefault", "BucketKeyEnabled", "BlockedEncryptionTypes")
    by_default = rule.find("ApplyServerSideEncryptionByDefault")
    algorithm, key = "AES256", None
    if by_default is not None:
        algorithm = xmldoc.choice(by_default, "SSEAlgorithm", *ALGORITHMS)
        key = xmldoc.text(by_default, "KMSMasterKeyID")
    if key is not None and algorithm not in KMS:
        raise AwsError(
            "InvalidArgument",
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
        )
    bucket_key = xmldoc.flag(rule, "BucketKeyEnabled")
    types = rule.find("BlockedEncryptionTypes")
    blocked = blocked_of(bucket)
    if types is not None:
        blocked = [(node.text or "").strip() for node in types.findall("EncryptionType")]
        if blocked not in (["SSE-C"], ["NONE"]):
            raise xmldoc.malformed()
    _set(bucket, algorithm, key, bucket_key, blocked)
    return Response(200)


def _set(bucket: FakeBucket, algorithm: str, key: str | None, bucket_key: bool, blocked: list[str]) -> None:
    record = stores.bucket_record(bucket)
    record.documents["encryption"] = render(algorithm, key, bucket_key, blocked)
    record.kms_key = (key or "alias/aws/s3") if algorithm in KMS else None
    by_default = {"SSEAlgorithm": algorithm} | ({"KMSMasterKeyID": key} if key else {})
    rule = {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": "true" if bucket_key else "false"}
    bucket.encryption = {"Rule": rule}  # moto encrypts new objects by this


@answers("s3", "GetBucketEncryption")
def get_bucket_encryption(call: Call) -> Response:
    return xmldoc.answer(stores.bucket_record(gate.bucket(call)).documents.get("encryption", DEFAULT))


@answers("s3", "DeleteBucketEncryption")
def delete_bucket_encryption(call: Call) -> Response:
    """Resets to SSE-S3; a bucket without default encryption no longer exists."""
    bucket = gate.bucket(call)
    _set(bucket, "AES256", None, False, blocked_of(bucket))
    return Response(204)
