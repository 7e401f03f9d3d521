"""Whether CloudTrail can write where it is told to, and that it does.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
"""

import gzip
import json
import time
from datetime import UTC, datetime

from moto.kms.models import Key
from moto.s3.models import FakeBucket

from aws import stores
from aws.authorization.kms import encryption_context
from aws.cloudtrail.records import Trail
from aws.errors import AwsError
from aws.s3.objects import CONTEXT
from aws.service_access import find_key, may_deliver, may_use_key

SERVICE = "cloudtrail.amazonaws.com"


def prefix(trail: Trail) -> str:
    before = trail.settings.get("S3KeyPrefix") or ""
    return f"{before}/" * bool(before) + f"AWSLogs/{trail.account}/"


def bucket(trail: Trail) -> FakeBucket:
    """The bucket, if the trail may write into it."""
    name = trail.settings["S3BucketName"]
    found = stores.bucket(name)
    if found is None:
        raise AwsError("S3BucketDoesNotExistException", f"S3 bucket {name} does not exist!")
    if not may_deliver(SERVICE, trail.arn, trail.account, found, f"{prefix(trail)}CloudTrail/probe"):
        message = f"Incorrect S3 bucket policy is detected for bucket: {name}"
        raise AwsError("InsufficientS3BucketPolicyException", message)
    return found


def key(trail: Trail, into: FakeBucket) -> Key | None:
    """The key, if CloudTrail may use it for the trail: it must be where the bucket is.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html, KmsKeyNotFoundException
    """
    name = trail.settings.get("KmsKeyId")
    if not name:
        return None
    found = find_key(trail.account, trail.region, name)
    if found is None or found.region != into.region_name:
        raise AwsError("KmsKeyNotFoundException", f"The KMS key {name} does not exist in the region of the bucket")
    if found.key_state != "Enabled":
        raise AwsError("KmsKeyDisabledException", f"The KMS key {name} is not enabled")
    for action, more in (("GenerateDataKey", encryption_context(about(trail))), ("DescribeKey", {})):
        if not may_use_key(SERVICE, action, trail.arn, trail.account, found, more):
            message = "Insufficient permissions to access S3 bucket or KMS key"
            raise AwsError("InsufficientEncryptionPolicyException", message)
    return found


def about(trail: Trail) -> dict[str, str]:
    """The encryption context of its files."""
    return {"aws:cloudtrail:arn": trail.arn}


def deliver(trail: Trail, event: str) -> None:
    """One file with one event; what stands in its way is told by GetTrailStatus."""
    try:
        into = bucket(trail)
        under = key(trail, into)
    except AwsError as error:
        trail.failed = "NoSuchBucket" if error.code == "S3BucketDoesNotExistException" else "AccessDenied"
        return
    now = datetime.now(UTC)
    record = {"eventVersion": "1.11", "eventName": event, "eventSource": SERVICE, "eventTime": now.isoformat()}
    name = f"{trail.account}_CloudTrail_{trail.region}_{now:%Y%m%dT%H%MZ}_{now:%f}.json.gz"
    made = stores.s3(into.account_id).put_object(
        into.name,
        f"{prefix(trail)}CloudTrail/{trail.region}/{now:%Y/%m/%d}/{name}",
        gzip.compress(json.dumps({"Records": [record]}).encode()),
        encryption="aws:kms" if under else None,
        kms_key_id=under.arn if under else None,
        lock_mode=into.default_lock_mode or None,
        lock_until=into.default_retention() if into.default_lock_mode else None,
    )
    setattr(made, CONTEXT, about(trail))
    trail.delivered, trail.failed = time.time(), ""
