"""What anybody can read of a resource, to compare before and after."""

import json
from typing import Any

from botocore.exceptions import ClientError

from drift import alarms, audit, flows, guardrails, machines, warehouse_snapshot
from drift.objects import KINDS, located
from drift.warehouse import RECOVERY
from e2e.account import AUDIT, Account
from e2e.cluster import Cluster


def snapshot(aws: Account, cluster: Cluster, resource: str) -> Any:
    kind, _, rest = resource.partition("/")
    if kind in KINDS:
        name, namespace = located(rest)
        return _settings(cluster.find(KINDS[kind], name, namespace) or {})
    read = {
        "s3-bucket": bucket,
        "replica-bucket": lambda aws, name: bucket(aws.in_region(RECOVERY), name),
        "sqs-queue": _queue,
        "kms-key": _key,
        "audit-key": _key,
        "signing-key": _key,
        "audit-bucket": lambda aws, name: bucket(aws.of_account(AUDIT), name),
        "trail": audit.trail_snapshot,
        "flow-log": flows.flow_log,
        "cloudwatch-alarm": alarms.alarm,
        "iam-policy": _policy,
        "iam-role": _role,
        "iam-instance-profile": machines.profile,
        "ec2-launch-template": machines.template,
        "recovery-kms-key": lambda aws, name: _key(aws.in_region(RECOVERY), name),
        **guardrails.READ,
        **warehouse_snapshot.READ,
    }[kind]
    try:
        return read(aws, rest)
    except ClientError as error:
        # Such as a bucket whose policy keeps its own account out.
        return error.response["Error"]["Code"]


def _settings(live: Any) -> Any:
    meta = live.get("metadata", {})
    kept = {key: meta.get(key) for key in ("labels", "ownerReferences")}
    roles = {k: v for k, v in (meta.get("annotations") or {}).items() if k.startswith("eks.")}
    return {k: v for k, v in live.items() if k not in ("metadata", "status")} | kept | {"annotations": roles}


def bucket(aws: Account, name: str) -> Any:
    s3: Any = aws.s3
    reads = {
        "policy": lambda: json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]),
        "block": lambda: s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"],
        "ownership": lambda: s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"],
        "encryption": lambda: s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"],
        "versioning": lambda: s3.get_bucket_versioning(Bucket=name).get("Status"),
        "lock": lambda: s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"],
        "logging": lambda: s3.get_bucket_logging(Bucket=name).get("LoggingEnabled"),
        "lifecycle": lambda: s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"],
        "copies": lambda: s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"],
        "queues": lambda: s3.get_bucket_notification_configuration(Bucket=name).get("QueueConfigurations"),
        "tags": lambda: sorted((t["Key"], t["Value"]) for t in s3.get_bucket_tagging(Bucket=name)["TagSet"]),
    }
    return {part: _or_code(read) for part, read in reads.items()}


def _or_code(read: Any) -> Any:
    try:
        return read()
    except ClientError as error:
        return error.response["Error"]["Code"]


def _queue(aws: Account, name: str) -> Any:
    sqs: Any = aws.sqs
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    held = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    moving = ("Approximate", "LastModified")
    kept = {key: value for key, value in held.items() if not key.startswith(moving)}
    for key in ("Policy", "RedrivePolicy"):
        kept[key] = json.loads(kept[key]) if kept.get(key) else None
    return kept, sqs.list_queue_tags(QueueUrl=url).get("Tags")


def _key(aws: Account, alias: str) -> Any:
    kms: Any = aws.kms
    key = kms.describe_key(KeyId=alias)["KeyMetadata"]
    policy = json.loads(kms.get_key_policy(KeyId=key["Arn"], PolicyName="default")["Policy"])
    # Keys that sign never turn.
    signs = key["KeyUsage"] == "SIGN_VERIFY"
    rotation = {} if signs else kms.get_key_rotation_status(KeyId=key["Arn"])
    turning = rotation.get("KeyRotationEnabled"), rotation.get("RotationPeriodInDays")
    tags = sorted((t["TagKey"], t["TagValue"]) for t in kms.list_resource_tags(KeyId=key["Arn"])["Tags"])
    return key["Arn"], key["KeyState"], policy, turning, tags


def _policy(aws: Account, name: str) -> Any:
    iam: Any = aws.iam
    arn = f"arn:aws:iam::{aws.number}:policy/cloister/{name}"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def _role(aws: Account, name: str) -> Any:
    iam: Any = aws.iam
    role = iam.get_role(RoleName=name)["Role"]
    attached = sorted(p["PolicyArn"] for p in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"])
    inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
    tags = sorted((t["Key"], t["Value"]) for t in role["Tags"])
    boundary = role.get("PermissionsBoundary")
    return role["AssumeRolePolicyDocument"], boundary, attached, inline, tags
