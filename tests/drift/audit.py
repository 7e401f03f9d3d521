"""Flips of the trail, of its key, and of the bucket in the audit account."""

import json
from typing import Any

from e2e.account import Account

BUCKET = "cloister-audit-444444444444"
_MANAGEMENT = {"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
_OBJECTS = {
    "Name": "objects",
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ],
}
# Writes of objects alone.
NARROW = [
    _MANAGEMENT,
    _OBJECTS | {"FieldSelectors": [*_OBJECTS["FieldSelectors"], {"Field": "readOnly", "Equals": ["false"]}]},
]


def trail_snapshot(aws: Account, name: str) -> Any:
    trails: Any = aws.cloudtrail
    try:
        held = trails.get_trail(Name=name)["Trail"]
    except trails.exceptions.TrailNotFoundException:
        return None
    said = trails.get_event_selectors(TrailName=name).get("AdvancedEventSelectors", [])
    selectors = {one["Name"]: sorted(map(str, one["FieldSelectors"])) for one in said}
    tags = trails.list_tags(ResourceIdList=[held["TrailARN"]])["ResourceTagList"][0]["TagsList"]
    return held, trails.get_trail_status(Name=name)["IsLogging"], selectors, sorted(map(str, tags))


def flip_trail(aws: Account, name: str, field: str, vault: Account) -> None:
    trails: Any = aws.cloudtrail
    match field:
        case "logging":
            trails.stop_logging(Name=name)
        case "multiRegion":
            trails.update_trail(Name=name, IsMultiRegionTrail=False)
        case "globalEvents":
            trails.update_trail(Name=name, IsMultiRegionTrail=False, IncludeGlobalServiceEvents=False)
        case "validation":
            trails.update_trail(Name=name, EnableLogFileValidation=False)
        case "kmsKey":
            trails.update_trail(Name=name, KmsKeyId="")
        case "logs.group":
            trails.update_trail(Name=name, CloudWatchLogsLogGroupArn="", CloudWatchLogsRoleArn="")
        case "logs.role":
            trails.update_trail(Name=name, CloudWatchLogsRoleArn=_other_writer(aws, name))
        case "bucket":
            trails.update_trail(Name=name, S3BucketName=elsewhere(vault))
        case "selectors.management":
            only = [_MANAGEMENT["FieldSelectors"][0], {"Field": "readOnly", "Equals": ["false"]}]
            held = trails.get_event_selectors(TrailName=name)["AdvancedEventSelectors"]
            kept = [one for one in held if one["Name"] == "objects"]
            given = [_MANAGEMENT | {"FieldSelectors": only}, *kept]
            trails.put_event_selectors(TrailName=name, AdvancedEventSelectors=given)
        case "selectors.objects":
            trails.put_event_selectors(TrailName=name, AdvancedEventSelectors=NARROW)
        case _:
            raise AssertionError(f"no flip for {field} of a trail")


def _other_writer(aws: Account, name: str) -> str:
    """One that somebody made with the same rights."""
    iam: Any = aws.iam
    arn = aws.cloudtrail.get_trail(Name=name)["Trail"]["CloudWatchLogsRoleArn"]
    ours = arn.rpartition("/")[2]
    trust = iam.get_role(RoleName=ours)["Role"]["AssumeRolePolicyDocument"]
    made = iam.create_role(RoleName="other-writer", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    for policy in iam.list_attached_role_policies(RoleName=ours)["AttachedPolicies"]:
        iam.attach_role_policy(RoleName="other-writer", PolicyArn=policy["PolicyArn"])
    return str(made)


def elsewhere(vault: Account) -> str:
    s3: Any = vault.s3
    name = "elsewhere-444444444444"
    s3.create_bucket(Bucket=name)
    held = s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
    s3.put_bucket_policy(Bucket=name, Policy=held.replace(BUCKET, name))
    return name


def flip_audit_bucket(vault: Account, name: str, field: str) -> None:
    """Whoever lowers the lock takes away what forbids it first."""
    s3: Any = vault.s3
    part, _, rest = field.partition(".")
    if part == "publicAccessBlock":
        block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        opened = block | {rest[0].upper() + rest[1:]: False}
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=opened)
        return
    held = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    gone = rest if part == "policy" else "DenyLowering"
    held["Statement"] = [one for one in held["Statement"] if one.get("Sid") != gone]
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(held))
    lower = {"objectLock.mode": ("GOVERNANCE", 2192), "objectLock.days": ("COMPLIANCE", 1)}
    if field in lower:
        mode, days = lower[field]
        rule = {"DefaultRetention": {"Mode": mode, "Days": days}}
        given = {"ObjectLockEnabled": "Enabled", "Rule": rule}
        s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=given)
