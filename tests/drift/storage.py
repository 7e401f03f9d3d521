"""Flips of S3 buckets and SQS queues."""

import json
from typing import Any

from drift.documents import flipped
from e2e.account import Account

_RULES = {
    "abortMultipartDays": lambda rule: rule["AbortIncompleteMultipartUpload"].update(DaysAfterInitiation=29),
    "enabled": lambda rule: rule.update(Status="Disabled"),
    "expireDays": lambda rule: rule["Expiration"].update(Days=9999),
    "noncurrentDays": lambda rule: rule["NoncurrentVersionExpiration"].update(NoncurrentDays=9999),
    "prefix": lambda rule: rule.update(Filter={"Prefix": "elsewhere/"}),
    "transitions": lambda rule: rule["Transitions"][0].update(Days=59),
}


def flip_bucket(aws: Account, name: str, path: str, other_key: str) -> None:
    part, _, rest = path.partition(".")
    s3: Any = aws.s3
    match part:
        case "policy":
            text = flipped(s3.get_bucket_policy(Bucket=name)["Policy"], rest)
            s3.put_bucket_policy(Bucket=name, Policy=text)
        case "publicAccessBlock":
            block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
            block[rest[0].upper() + rest[1:]] = False
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
        case "ownership":
            rule = {"ObjectOwnership": "ObjectWriter"}
            s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": [rule]})
        case "encryption":
            configuration = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
            _flip_encryption(configuration["Rules"][0], rest, other_key)
            s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=configuration)
        case "versioning":
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
        case "objectLock":
            retention = {"Mode": "COMPLIANCE", "Days": 30} if rest == "mode" else {"Mode": "GOVERNANCE", "Days": 1}
            lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
            s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
        case "logging":
            logging = s3.get_bucket_logging(Bucket=name)["LoggingEnabled"]
            status = {} if rest == "bucket" else {"LoggingEnabled": logging | {"TargetPrefix": "elsewhere/"}}
            s3.put_bucket_logging(Bucket=name, BucketLoggingStatus=status)
        case "lifecycle":
            rules = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
            _RULES[rest.rpartition(".")[2]](rules[0])
            s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
        case "notifications":
            _flip_notifications(s3, name, rest.rpartition(".")[2])
        case "replication":
            held = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]
            _flip_replication(aws, held, rest.rpartition(".")[2], other_key)
            s3.put_bucket_replication(Bucket=name, ReplicationConfiguration=held)
        case "tags":
            tags = {t["Key"]: t["Value"] for t in s3.get_bucket_tagging(Bucket=name)["TagSet"]} | {rest: "elsewhere"}
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]})
        case _:
            raise AssertionError(f"no flip for {path} of a bucket")


def _flip_replication(aws: Account, held: Any, field: str, other_key: str) -> None:
    (rule,) = held["Rules"]
    match field:
        case "role":
            held["Role"] = f"arn:aws:iam::{aws.number}:role/CloisterProvisioner"
        case "enabled" | "rules":
            rule["Status"] = "Disabled"
        case "prefix":
            rule["Filter"] = {"Prefix": "elsewhere/"}
        case "bucket":
            rule["Destination"]["Bucket"] = f"arn:aws:s3:::{_elsewhere(aws)}"
        case "kmsKey":
            rule["Destination"]["EncryptionConfiguration"] = {"ReplicaKmsKeyID": other_key}
        case "encryptedObjects":
            rule["SourceSelectionCriteria"]["SseKmsEncryptedObjects"]["Status"] = "Disabled"
        case "deleteMarkers":
            rule["DeleteMarkerReplication"]["Status"] = "Disabled"
        case _:
            raise AssertionError(f"no flip for {field} of a replication rule")


def _elsewhere(aws: Account) -> str:
    """Another bucket that takes copies, locked ones too."""
    name = f"copied-elsewhere-{aws.number}"
    s3: Any = aws.s3
    if name not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


def _flip_encryption(rule: Any, field: str, other_key: str) -> None:
    default = rule["ApplyServerSideEncryptionByDefault"]
    if field == "bucketKey":
        rule["BucketKeyEnabled"] = not rule.get("BucketKeyEnabled", False)
    elif field == "kmsKey" or default["SSEAlgorithm"] == "AES256":
        rule["ApplyServerSideEncryptionByDefault"] = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": other_key}
    else:
        rule["ApplyServerSideEncryptionByDefault"] = {"SSEAlgorithm": "AES256"}


def _flip_notifications(s3: Any, name: str, field: str) -> None:
    configuration = s3.get_bucket_notification_configuration(Bucket=name)
    queue = configuration["QueueConfigurations"][0]
    match field:
        case "events":
            queue["Events"] = ["s3:ObjectRemoved:*"]
        case "queue":
            configuration["QueueConfigurations"] = []
        case "prefix" | "suffix":
            for rule in queue["Filter"]["Key"]["FilterRules"]:
                if rule["Name"].lower() == field:
                    rule["Value"] = "elsewhere"
        case _:
            raise AssertionError(f"no flip for {field} of a notification")
    kept = {"QueueConfigurations": configuration["QueueConfigurations"]}
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=kept)


def flip_queue(aws: Account, name: str, path: str, other_key: str) -> None:
    part, _, rest = path.partition(".")
    sqs: Any = aws.sqs
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    if part == "tags":
        sqs.tag_queue(QueueUrl=url, Tags={rest: "elsewhere"})
        return
    held = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    change = {
        "dataKeyReuseSeconds": lambda: {"KmsDataKeyReusePeriodSeconds": "60"},
        "kmsKey": lambda: {"KmsMasterKeyId": other_key},
        "policy": lambda: {"Policy": flipped(held["Policy"], rest)},
        "redrive": lambda: {"RedrivePolicy": _redrive(held["RedrivePolicy"], rest)},
        "retentionSeconds": lambda: {"MessageRetentionPeriod": "60"},
        "visibilitySeconds": lambda: {"VisibilityTimeout": "1"},
    }[part]()
    sqs.set_queue_attributes(QueueUrl=url, Attributes=change)


def _redrive(text: str, field: str) -> str:
    redrive = json.loads(text)
    if field == "maxReceives":
        redrive["maxReceiveCount"] = 99
        return json.dumps(redrive)
    return ""
