"""Acts on the S3 bucket."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from e2e.careless.act import Act, Target, document

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ServerSideEncryptionConfigurationTypeDef


def _bucket(target: Target) -> str:
    return f"s3-bucket/{target.bucket_name}"


def _act(
    title: str,
    field: str,
    do: Callable[[Target], object],
    read: Callable[[Target], object],
) -> Act:
    return Act(title, "IngestBucket", _bucket, field, do, read)


def _or_none(read: Callable[[Target], object]) -> Callable[[Target], object]:
    """S3 answers an error for a setting that is not there."""

    def reading(target: Target) -> object:
        try:
            return read(target)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise

    return reading


def _policy(target: Target) -> object:
    return document(target.aws.s3.get_bucket_policy(Bucket=target.bucket_name)["Policy"])


def _versioning(target: Target) -> object:
    return target.aws.s3.get_bucket_versioning(Bucket=target.bucket_name).get("Status")


def _suspend_versioning(target: Target) -> object:
    return target.aws.s3.put_bucket_versioning(
        Bucket=target.bucket_name, VersioningConfiguration={"Status": "Suspended"}
    )


def _encryption(target: Target) -> object:
    answer = target.aws.s3.get_bucket_encryption(Bucket=target.bucket_name)
    return answer["ServerSideEncryptionConfiguration"]


def _weaken_encryption(target: Target) -> object:
    weak: ServerSideEncryptionConfigurationTypeDef = {
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    }
    return target.aws.s3.put_bucket_encryption(Bucket=target.bucket_name, ServerSideEncryptionConfiguration=weak)


def _logging(target: Target) -> object:
    answer = target.aws.s3.get_bucket_logging(Bucket=target.bucket_name)
    return answer.get("LoggingEnabled")


def _stop_logging(target: Target) -> object:
    return target.aws.s3.put_bucket_logging(Bucket=target.bucket_name, BucketLoggingStatus={})


def _block(target: Target) -> object:
    answer = target.aws.s3.get_public_access_block(Bucket=target.bucket_name)
    return answer["PublicAccessBlockConfiguration"]


def _lifecycle(target: Target) -> object:
    answer = target.aws.s3.get_bucket_lifecycle_configuration(Bucket=target.bucket_name)
    return answer["Rules"]


def _notifications(target: Target) -> object:
    s3 = target.aws.s3
    answer = s3.get_bucket_notification_configuration(Bucket=target.bucket_name)
    return answer.get("QueueConfigurations")


def _stop_notifications(target: Target) -> object:
    return target.aws.s3.put_bucket_notification_configuration(Bucket=target.bucket_name, NotificationConfiguration={})


ACTS = [
    _act(
        "drops the bucket policy",
        "policy",
        lambda t: t.aws.s3.delete_bucket_policy(Bucket=t.bucket_name),
        _or_none(_policy),
    ),
    _act("suspends versioning", "versioning", _suspend_versioning, _versioning),
    _act("sets encryption to AES256", "encryption", _weaken_encryption, _encryption),
    _act("turns access logging off", "logging", _stop_logging, _logging),
    _act(
        "lets the public in",
        "publicAccessBlock",
        lambda t: t.aws.s3.delete_public_access_block(Bucket=t.bucket_name),
        _or_none(_block),
    ),
    _act(
        "deletes the lifecycle rules",
        "lifecycle",
        lambda t: t.aws.s3.delete_bucket_lifecycle(Bucket=t.bucket_name),
        _or_none(_lifecycle),
    ),
    _act("silences arrivals", "notifications", _stop_notifications, _notifications),
]
