"""Log groups: keys, retention, tags.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
"""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Call, Emulator, allow, document, refused

NAME = "/aws/redshift/cluster/cloister-acme/userlog"
ARN = f"arn:aws:logs:us-east-1:{PRODUCTION}:log-group:{NAME}"
GROUP = {"logGroupName": NAME}
OURS = {"cloister.dev/managed-by": "cloister"}
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
ADMIN = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{PRODUCTION}:root"})


@pytest.fixture
def logs(aws: Emulator) -> Any:
    return aws.client("logs")


def key_for(aws: Emulator, arn: str, service: str = "logs.us-east-1.amazonaws.com") -> str:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"""
    condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn}}
    use = allow(USE, Principal={"Service": service}, Condition=condition)
    made: str = aws.client("kms").create_key(Policy=document(ADMIN, use))["KeyMetadata"]["Arn"]
    return made


def seen(logs: Any) -> dict[str, Any]:
    (found,) = logs.describe_log_groups(logGroupNamePrefix="/aws/redshift/cluster/cloister-")["logGroups"]
    return dict(found)


def test_a_group_is_read_back_but_for_its_tags(aws: Emulator, logs: Any) -> None:
    key = key_for(aws, ARN)
    logs.create_log_group(**GROUP, kmsKeyId=key, tags=OURS)
    logs.put_retention_policy(**GROUP, retentionInDays=2192)
    found = seen(logs)
    assert (found["logGroupName"], found["arn"], found["logGroupArn"]) == (NAME, f"{ARN}:*", ARN)
    assert (found["kmsKeyId"], found["retentionInDays"], "tags" in found) == (key, 2192, False)
    with refused("ResourceAlreadyExistsException", 400):
        logs.create_log_group(**GROUP)


def test_only_listed_retentions_are_taken(logs: Any) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
    logs.create_log_group(**GROUP)
    assert "retentionInDays" not in seen(logs)
    with refused("InvalidParameterException", 400):
        logs.put_retention_policy(**GROUP, retentionInDays=2555)
    logs.put_retention_policy(**GROUP, retentionInDays=2557)
    assert seen(logs)["retentionInDays"] == 2557
    logs.delete_retention_policy(**GROUP)
    assert "retentionInDays" not in seen(logs)


def test_a_key_is_associated_and_disassociated(aws: Emulator, logs: Any) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html"""
    logs.create_log_group(**GROUP)
    assert "kmsKeyId" not in seen(logs)
    key = key_for(aws, ARN)
    logs.associate_kms_key(**GROUP, kmsKeyId=key)
    assert seen(logs)["kmsKeyId"] == key
    logs.disassociate_kms_key(**GROUP)
    assert "kmsKeyId" not in seen(logs)


def test_the_key_must_let_the_service_use_it_for_this_group(aws: Emulator, logs: Any) -> None:
    disabled = key_for(aws, ARN)
    aws.client("kms").disable_key(KeyId=disabled)
    wrong = [
        key_for(aws, f"{ARN}x"),
        key_for(aws, ARN, "logs.eu-west-1.amazonaws.com"),
        aws.client("kms").create_key()["KeyMetadata"]["Arn"],
        aws.client("kms", region="us-west-2").create_key()["KeyMetadata"]["Arn"],
        disabled,
        disabled[:-1],
    ]
    for key in wrong:
        with refused("InvalidParameterException", 400, ARN):
            logs.create_log_group(**GROUP, kmsKeyId=key)
    logs.create_log_group(**GROUP)
    with refused("InvalidParameterException", 400, ARN):
        logs.associate_kms_key(**GROUP, kmsKeyId=wrong[0])


def test_tags_are_set_by_the_arn_without_its_end(aws: Emulator, logs: Any) -> None:
    logs.create_log_group(**GROUP, tags=OURS)
    logs.tag_resource(resourceArn=ARN, tags={"a": "1"})
    assert logs.list_tags_for_resource(resourceArn=ARN)["tags"] == OURS | {"a": "1"}
    logs.untag_resource(resourceArn=ARN, tagKeys=["a"])
    found = aws.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["logs:log-group"])
    tags = [{"Key": key, "Value": value} for key, value in OURS.items()]
    assert found["ResourceTagMappingList"] == [{"ResourceARN": ARN, "Tags": tags}]
    with refused("ResourceNotFoundException"):
        logs.list_tags_for_resource(resourceArn=f"{ARN}:*")
    with refused("TooManyTagsException"):
        logs.tag_resource(resourceArn=ARN, tags={str(number): "" for number in range(50)})


def test_pages_are_in_order_of_names(logs: Any) -> None:
    for number in (2, 0, 1):
        logs.create_log_group(logGroupName=f"{NAME}{number}")
    first = logs.describe_log_groups(limit=2)
    rest = logs.describe_log_groups(limit=2, nextToken=first["nextToken"])
    names = [found["logGroupName"][-1] for page in (first, rest) for found in page["logGroups"]]
    assert names == ["0", "1", "2"] and "nextToken" not in rest
    with refused("InvalidParameterException"):
        logs.describe_log_groups(limit=51)


def test_what_is_not_there_and_what_is_not_known(logs: Any) -> None:
    calls: list[Call] = [
        lambda: logs.delete_log_group(**GROUP),
        lambda: logs.put_retention_policy(**GROUP, retentionInDays=1),
        lambda: logs.disassociate_kms_key(**GROUP),
    ]
    for call in calls:
        with refused("ResourceNotFoundException", 400):
            call()
    with refused("InvalidParameterException"):
        logs.create_log_group(logGroupName="a b")
    with refused("NotImplemented", 501):
        logs.get_log_events(**GROUP, logStreamName="s")
    with refused("NotImplemented", 501):
        logs.create_log_group(**GROUP, logGroupClass="DELIVERY")


def test_the_provisioner_manages_log_groups_of_ours(aws: Emulator, logs: Any) -> None:
    """Warehouses' logs only, never without our tag, never read and never deleted."""
    provisioner = aws.client("logs", aws.assume())
    key = key_for(aws, ARN)
    provisioner.create_log_group(**GROUP, kmsKeyId=key, tags=OURS)
    provisioner.put_retention_policy(**GROUP, retentionInDays=2192)
    provisioner.associate_kms_key(**GROUP, kmsKeyId=key)
    provisioner.tag_resource(resourceArn=ARN, tags=OURS)
    provisioner.list_tags_for_resource(resourceArn=ARN)
    provisioner.describe_log_groups()
    other = {"logGroupName": "/aws/redshift/cluster/cloister-other/userlog"}
    logs.create_log_group(**other)
    calls: list[Call] = [
        lambda: provisioner.create_log_group(logGroupName="/aws/redshift/cluster/cloister-new/userlog"),
        lambda: provisioner.create_log_group(logGroupName="/aws/lambda/cloister-new", tags=OURS),
        lambda: provisioner.put_retention_policy(**other, retentionInDays=1),
        lambda: provisioner.associate_kms_key(**other, kmsKeyId=key),
        lambda: provisioner.disassociate_kms_key(**GROUP),
        lambda: provisioner.delete_retention_policy(**GROUP),
        lambda: provisioner.delete_log_group(**GROUP),
    ]
    for call in calls:
        with refused("AccessDeniedException", 400):
            call()
    assert aws.violations() == []
