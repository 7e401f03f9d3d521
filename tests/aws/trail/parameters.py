"""A call's requestParameters, as CloudTrail words them: names begin small, secrets are hidden.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from typing import Any

from aws.call import Call

HIDDEN = "****"
SECRET = ("password", "secret", "userdata")
# https://docs.aws.amazon.com/redshift/latest/mgmt/logging-with-cloudtrail.html
OMITTED = {"sql", "sqls"}
# Of S3, whose names in CloudTrail are older than those of its API.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
RENAMED = {
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
}
ACCOUNT = {
    "PutPublicAccessBlock": "PutAccountPublicAccessBlock",
    "DeletePublicAccessBlock": "DeleteAccountPublicAccessBlock",
}


def name_of(call: Call) -> str:
    renamed = {"s3": RENAMED, "s3control": ACCOUNT}.get(call.service, {})
    return renamed.get(call.operation, call.operation)


def of(call: Call) -> dict[str, Any]:
    if call.service == "s3":
        subresources = {name: value for name, value in call.query.items() if not name.lower().startswith("x-")}
        return {"bucketName": call.bucket, "Host": "s3.amazonaws.com"} | subresources
    if call.service == "s3control":
        return {"accountId": call.resource}
    return {_small(name): _shown(name, value) for name, value in call.params.items()}


def _shown(name: str, value: Any) -> Any:
    if any(word in name.lower() for word in SECRET):
        return HIDDEN
    if name.lower() in OMITTED:
        return "***OMITTED***"
    if isinstance(value, dict):
        return {_small(inner): _shown(inner, each) for inner, each in value.items()}
    if isinstance(value, list):
        return [_shown("", each) for each in value]
    return value


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]
