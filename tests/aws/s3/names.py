"""The name of an S3 operation from method, path and query.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from collections.abc import Mapping

# subresource: (noun, methods it exists for). The name is the verb and the noun; exceptions are spelled out below.
BUCKET = {
    "abac": "BucketAbac",
    "accelerate": "BucketAccelerateConfiguration",
    "acl": "BucketAcl",
    "analytics": "BucketAnalyticsConfiguration",
    "cors": "BucketCors",
    "encryption": "BucketEncryption",
    "intelligent-tiering": "BucketIntelligentTieringConfiguration",
    "inventory": "BucketInventoryConfiguration",
    "lifecycle": "BucketLifecycleConfiguration",
    "location": "BucketLocation",
    "logging": "BucketLogging",
    "metadataConfiguration": "BucketMetadataConfiguration",
    "metadataTable": "BucketMetadataTableConfiguration",
    "metrics": "BucketMetricsConfiguration",
    "notification": "BucketNotificationConfiguration",
    "object-lock": "ObjectLockConfiguration",
    "ownershipControls": "BucketOwnershipControls",
    "policy": "BucketPolicy",
    "policyStatus": "BucketPolicyStatus",
    "publicAccessBlock": "PublicAccessBlock",
    "replication": "BucketReplication",
    "requestPayment": "BucketRequestPayment",
    "tagging": "BucketTagging",
    "versioning": "BucketVersioning",
    "website": "BucketWebsite",
}
OBJECT = {
    "acl": "ObjectAcl",
    "attributes": "ObjectAttributes",
    "legal-hold": "ObjectLegalHold",
    "retention": "ObjectRetention",
    "tagging": "ObjectTagging",
    "torrent": "ObjectTorrent",
}
SPECIAL = {
    ("DELETE", "lifecycle"): "DeleteBucketLifecycle",
    ("GET", "session"): "CreateSession",
    ("GET", "uploads"): "ListMultipartUploads",
    ("GET", "versions"): "ListObjectVersions",
    ("POST", "delete"): "DeleteObjects",
    ("POST", "metadataConfiguration"): "CreateBucketMetadataConfiguration",
    ("POST", "metadataTable"): "CreateBucketMetadataTableConfiguration",
}
LISTED = {"analytics", "intelligent-tiering", "inventory", "metrics"}  # many per bucket: without an id they are listed
VERBS = {"GET": "Get", "PUT": "Put", "DELETE": "Delete"}
UNKNOWN = "Unknown"


def operation(method: str, bucket: str, key: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    if not bucket:
        return "ListBuckets" if method == "GET" else UNKNOWN
    return _object(method, query, headers) if key else _bucket(method, query)


def _bucket(method: str, query: Mapping[str, str]) -> str:
    for name in query:
        special = SPECIAL.get((method, name))
        if special:
            return special
        if name in BUCKET and method in VERBS:
            if name in LISTED and method == "GET" and "id" not in query:
                return "List" + BUCKET[name] + "s"
            return VERBS[method] + BUCKET[name]
    if method == "GET":
        return "ListObjectsV2" if query.get("list-type") == "2" else "ListObjects"
    # A subresource nobody knows must not fall through to the bucket itself: moto deletes the bucket then.
    unknown = [name for name in query if name not in ("x-id",) and not name.startswith("X-Amz-")]
    if unknown:
        return UNKNOWN
    return {"PUT": "CreateBucket", "DELETE": "DeleteBucket", "HEAD": "HeadBucket"}.get(method, UNKNOWN)


def _object(method: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:  # noqa: C901 - one case each
    for name in query:
        if name in OBJECT and method in VERBS:
            return VERBS[method] + OBJECT[name]
    upload = "uploadId" in query
    copying = "x-amz-copy-source" in headers
    if method == "GET":
        return "ListParts" if upload else "GetObject"
    if method == "PUT":
        if upload:
            return "UploadPartCopy" if copying else "UploadPart"
        return "CopyObject" if copying else "PutObject"
    if method == "DELETE":
        return "AbortMultipartUpload" if upload else "DeleteObject"
    if method == "HEAD":
        return "HeadObject"
    if method == "POST":
        if "uploads" in query:
            return "CreateMultipartUpload"
        if upload:
            return "CompleteMultipartUpload"
        if "restore" in query:
            return "RestoreObject"
        if "select" in query:
            return "SelectObjectContent"
    return UNKNOWN
