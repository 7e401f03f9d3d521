"""Trails: what they need of bucket and key, what they may record, and that what they write is held.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
"""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aws.accounts import AUDIT
from aws.conftest import PRODUCTION, Emulator, allow, document, refused

BUCKET = "audit"
NAME = "calls"
ARN = f"arn:aws:cloudtrail:us-east-1:{PRODUCTION}:trail/{NAME}"
SOURCE = {"StringEquals": {"aws:SourceArn": ARN}}
SERVICE = {"Service": "cloudtrail.amazonaws.com"}
MANAGEMENT = {"Name": "m", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
READS = {"kms:EncryptionContext:aws:cloudtrail:arn": ARN}
HELD = {"Mode": "COMPLIANCE", "Days": 30}


def bucket_policy(source: str = ARN) -> str:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html"""
    condition = {"StringEquals": {"aws:SourceArn": source}}
    put = {"StringEquals": {"aws:SourceArn": source, "s3:x-amz-acl": "bucket-owner-full-control"}}
    objects = f"arn:aws:s3:::{BUCKET}/AWSLogs/{PRODUCTION}/*"
    return document(
        allow("s3:GetBucketAcl", f"arn:aws:s3:::{BUCKET}", Principal=SERVICE, Condition=condition),
        allow("s3:PutObject", objects, Principal=SERVICE, Condition=put),
    )


@pytest.fixture
def s3(aws: Emulator) -> Any:
    """The audit account's administrator, with a locked bucket that the trail may write into."""
    s3 = aws.client("s3", aws.credentials(AUDIT))
    s3.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": HELD}}
    s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=lock)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=bucket_policy())
    return s3


@pytest.fixture
def trails(aws: Emulator, s3: Any) -> Any:
    assert s3 is not None
    return aws.client("cloudtrail")


def key_for(aws: Emulator, *statements: Any, region: str = "us-east-1") -> str:
    admin = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{PRODUCTION}:root"})
    made = aws.client("kms", region=region).create_key(Policy=document(admin, *statements))
    arn: str = made["KeyMetadata"]["Arn"]
    return arn


def put_policy(aws: Emulator, key: str, *statements: Any) -> None:
    admin = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{PRODUCTION}:root"})
    aws.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=document(admin, *statements))


def use(context: str = ARN) -> tuple[Any, Any]:
    about = {"StringEquals": {"aws:SourceArn": ARN, "kms:EncryptionContext:aws:cloudtrail:arn": context}}
    return (
        allow("kms:GenerateDataKey*", Principal=SERVICE, Condition=about),
        allow("kms:DescribeKey", Principal=SERVICE, Condition=SOURCE),
    )


def test_a_trail_is_made_changed_started_and_shown(aws: Emulator, trails: Any) -> None:
    key = key_for(aws, *use())
    given = {"Name": NAME, "S3BucketName": BUCKET, "KmsKeyId": key, "TagsList": [{"Key": "a", "Value": "1"}]}
    made = trails.create_trail(IsMultiRegionTrail=True, EnableLogFileValidation=True, **given)
    assert made["TrailARN"] == ARN
    assert (made["IncludeGlobalServiceEvents"], made["LogFileValidationEnabled"]) == (True, True)
    with refused("TrailAlreadyExistsException"):
        trails.create_trail(**given)
    assert trails.get_trail_status(Name=NAME)["IsLogging"] is False
    trails.start_logging(Name=ARN)
    assert trails.get_trail_status(Name=NAME)["IsLogging"] is True
    trails.update_trail(Name=NAME, EnableLogFileValidation=False, S3KeyPrefix="")
    found = trails.get_trail(Name=NAME)["Trail"]
    assert (found["LogFileValidationEnabled"], found["KmsKeyId"], found["HomeRegion"]) == (False, key, "us-east-1")
    trails.add_tags(ResourceId=ARN, TagsList=[{"Key": "b", "Value": "2"}])
    trails.remove_tags(ResourceId=ARN, TagsList=[{"Key": "a"}])
    listed = trails.list_tags(ResourceIdList=[ARN])["ResourceTagList"]
    assert listed == [{"ResourceId": ARN, "TagsList": [{"Key": "b", "Value": "2"}]}]
    tagging = aws.client("resourcegroupstaggingapi")
    by_tag = tagging.get_resources(ResourceTypeFilters=["cloudtrail:trail"])["ResourceTagMappingList"]
    assert [one["ResourceARN"] for one in by_tag] == [ARN]
    assert [one["Name"] for one in trails.describe_trails(includeShadowTrails=False)["trailList"]] == [NAME]
    trails.delete_trail(Name=NAME)
    for ask in (trails.get_trail, trails.get_trail_status, trails.start_logging):
        with refused("TrailNotFoundException"):
            ask(Name=NAME)


def test_bucket_and_key_must_let_it_write(aws: Emulator, s3: Any, trails: Any) -> None:
    def make(**given: Any) -> None:
        trails.create_trail(**{"Name": NAME, "S3BucketName": BUCKET} | given)

    with refused("S3BucketDoesNotExistException"):
        make(S3BucketName="nowhere")
    s3.put_bucket_policy(Bucket=BUCKET, Policy=bucket_policy(source=ARN + "-2"))
    with refused("InsufficientS3BucketPolicyException"):
        make()
    s3.put_bucket_policy(Bucket=BUCKET, Policy=bucket_policy())
    with refused("KmsKeyNotFoundException"):
        make(KmsKeyId="alias/nothing")
    with refused("KmsKeyNotFoundException"):
        make(KmsKeyId=key_for(aws, *use(), region="us-west-2"))
    for statements in ((), use()[:1], use(context=ARN + "-2")):
        with refused("InsufficientEncryptionPolicyException"):
            make(KmsKeyId=key_for(aws, *statements))
    make(KmsKeyId=key_for(aws, *use()))


def test_names_and_combinations_are_refused(trails: Any) -> None:
    for name in ("ab", "a..b", "-abc", "abc-", "10.0.0.1", "a" * 129):
        with refused("InvalidTrailNameException"):
            trails.create_trail(Name=name, S3BucketName=BUCKET)
    with refused("InvalidParameterCombinationException"):
        trails.create_trail(Name=NAME, S3BucketName=BUCKET, IsMultiRegionTrail=True, IncludeGlobalServiceEvents=False)
    with refused("NotImplemented", 501):
        trails.create_trail(Name=NAME, S3BucketName=BUCKET, IsOrganizationTrail=True)


def test_selectors_are_checked_and_read_back(trails: Any) -> None:
    trails.create_trail(Name=NAME, S3BucketName=BUCKET)
    assert "EventSelectors" in trails.get_event_selectors(TrailName=NAME)

    def put(*fields: dict[str, Any]) -> Any:
        return trails.put_event_selectors(
            TrailName=NAME, AdvancedEventSelectors=[{"Name": "x", "FieldSelectors": list(fields)}]
        )

    data = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ]
    wrong: list[list[dict[str, Any]]] = [
        [{"Field": "readOnly", "Equals": ["true"]}],
        [{"Field": "eventCategory", "StartsWith": ["Data"]}],
        data[:1],
        [*data, {"Field": "colour", "Equals": ["red"]}],
        [*data, {"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::logs-*"]}],
        [*data, {"Field": "resources.ARN"}],
        [*data, data[0]],
    ]
    for fields in wrong:
        with refused("InvalidEventSelectorsException"):
            put(*fields)
    with refused("InvalidEventSelectorsException"):
        trails.put_event_selectors(TrailName=NAME, AdvancedEventSelectors=[MANAGEMENT], EventSelectors=[{}])
    put(*data, {"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::logs/"]})
    found = trails.get_event_selectors(TrailName=NAME)
    assert "EventSelectors" not in found
    assert len(found["AdvancedEventSelectors"][0]["FieldSelectors"]) == 3
    assert trails.get_trail(Name=NAME)["Trail"]["HasCustomEventSelectors"] is True


def test_its_actions_need_permission(aws: Emulator, trails: Any) -> None:
    trails.create_trail(Name=NAME, S3BucketName=BUCKET)
    provisioner = aws.client("cloudtrail", aws.credentials(role="CloisterProvisioner"))
    with refused("AccessDeniedException"):
        provisioner.get_trail(Name=NAME)
    with refused("TrailNotFoundException"):
        provisioner.get_trail(Name="cloister-x")
    for ask in (provisioner.stop_logging, provisioner.delete_trail):
        with refused("AccessDeniedException"):
            ask(Name="cloister-x")


def test_what_it_writes_is_held_as_the_bucket_says(aws: Emulator, s3: Any, trails: Any) -> None:
    """In compliance mode "a protected object version can't be overwritten or deleted by any user, including the root".

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html#object-lock-retention-modes
    """
    key = key_for(aws, *use())
    trails.create_trail(Name=NAME, S3BucketName=BUCKET, KmsKeyId=key)
    trails.start_logging(Name=NAME)
    assert "LatestDeliveryError" not in trails.get_trail_status(Name=NAME)
    (version,) = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    name, number = version["Key"], version["VersionId"]
    assert name.startswith(f"AWSLogs/{PRODUCTION}/CloudTrail/us-east-1/")
    at = {"Bucket": BUCKET, "Key": name, "VersionId": number}
    head = s3.head_object(**at)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
    with refused("AccessDenied", 403):
        s3.get_object(**at)
    auditors = allow("kms:Decrypt", Principal={"AWS": f"arn:aws:iam::{AUDIT}:root"}, Condition={"StringEquals": READS})
    put_policy(aws, key, auditors, *use())
    assert gzip.decompress(s3.get_object(**at)["Body"].read())
    until = s3.get_object_retention(**at)["Retention"]["RetainUntilDate"]
    assert until > datetime.now(UTC) + timedelta(days=29)

    def retain(mode: str, date: datetime, **more: Any) -> None:
        s3.put_object_retention(**at, Retention={"Mode": mode, "RetainUntilDate": date}, **more)

    sooner, later = until - timedelta(days=1), until + timedelta(days=1)
    root = aws.client("s3", aws.credentials(AUDIT, "root"))
    one = {"Objects": [{"Key": name, "VersionId": number}]}
    attempts: list[Callable[[], Any]] = [
        lambda: s3.delete_object(**at),
        lambda: s3.delete_object(**at, BypassGovernanceRetention=True),
        lambda: root.delete_object(**at, BypassGovernanceRetention=True),
        lambda: retain("COMPLIANCE", sooner),
        lambda: retain("COMPLIANCE", sooner, BypassGovernanceRetention=True),
        lambda: retain("GOVERNANCE", later, BypassGovernanceRetention=True),
    ]
    for attempt in attempts:
        with refused("AccessDenied", 403):
            attempt()
    for given in ({}, {"BypassGovernanceRetention": True}):
        answer = s3.delete_objects(Bucket=BUCKET, Delete=one, **given)
        assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"]
        assert "Deleted" not in answer
    with refused("InvalidBucketState", 409):
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    with refused("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=BUCKET)
    # A lower default holds for what is put from then on, never for what is there.
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=lock)
    assert s3.get_object_retention(**at)["Retention"] == {"Mode": "COMPLIANCE", "RetainUntilDate": until}
    retain("COMPLIANCE", later)
    assert s3.get_object_retention(**at)["Retention"]["RetainUntilDate"] == later
    # Without a version it is only hidden.
    s3.delete_object(Bucket=BUCKET, Key=name)
    assert s3.head_object(**at)["VersionId"] == number


def test_a_delivery_that_fails_is_told(s3: Any, trails: Any) -> None:
    trails.create_trail(Name=NAME, S3BucketName=BUCKET)
    s3.delete_bucket_policy(Bucket=BUCKET)
    trails.start_logging(Name=NAME)
    assert trails.get_trail_status(Name=NAME)["LatestDeliveryError"] == "AccessDenied"


def test_its_log_group_and_role_must_be_there_and_fit(aws: Emulator, trails: Any) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html"""
    iam, group = aws.client("iam"), f"arn:aws:logs:us-east-1:{PRODUCTION}:log-group:calls:*"
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": SERVICE})
    role = iam.create_role(RoleName="writer", AssumeRolePolicyDocument=trust)["Role"]["Arn"]

    def make(**given: str) -> None:
        both = {"CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": role}
        trails.create_trail(Name=NAME, S3BucketName=BUCKET, **both | given)

    with refused("InvalidParameterCombinationException"):
        make(CloudWatchLogsRoleArn="")
    with refused("InvalidCloudWatchLogsLogGroupArnException"):
        make()
    aws.client("logs").create_log_group(logGroupName="calls")
    with refused("InvalidCloudWatchLogsLogGroupArnException"):
        make(CloudWatchLogsLogGroupArn=group.removesuffix(":*"))
    with refused("InvalidCloudWatchLogsRoleArnException"):
        make()
    streams = f"{group.removesuffix('*')}log-stream:{PRODUCTION}_CloudTrail_us-east-1*"
    write = document(allow(["logs:CreateLogStream", "logs:PutLogEvents"], streams))
    iam.put_role_policy(RoleName="writer", PolicyName="write", PolicyDocument=write)
    with refused("InvalidCloudWatchLogsRoleArnException"):
        make(CloudWatchLogsRoleArn=role + "-2")
    make()
    iam.update_assume_role_policy(RoleName="writer", PolicyDocument=trust.replace("cloudtrail", "config"))
    with refused("InvalidCloudWatchLogsRoleArnException"):
        trails.update_trail(Name=NAME, EnableLogFileValidation=True)
