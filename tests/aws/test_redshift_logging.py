"""Audit logs. https://docs.aws.amazon.com/redshift/latest/APIReference/API_EnableLogging.html"""

from typing import Any

import pytest

from aws.conftest import Emulator, allow, document, refused
from aws.redshift_world import create

NAME = {"ClusterIdentifier": "cloister-acme"}
EXPORTS = ["connectionlog", "useractivitylog", "userlog"]


@pytest.fixture
def redshift(aws: Emulator) -> Any:
    aws.control("POST", "/redshift", {"default": 0})
    client = aws.client("redshift")
    create(client)
    return client


def logging(redshift: Any) -> dict[str, Any]:
    found: dict[str, Any] = redshift.describe_logging_status(**NAME)
    del found["ResponseMetadata"]
    return found


def test_to_cloudwatch(aws: Emulator, redshift: Any) -> None:
    logs = aws.client("logs")
    own = "/aws/redshift/cluster/cloister-acme/userlog"
    logs.create_log_group(logGroupName=own)
    logs.put_retention_policy(logGroupName=own, retentionInDays=7)
    assert logging(redshift) == {"LoggingEnabled": False}
    redshift.enable_logging(**NAME, LogDestinationType="cloudwatch", LogExports=EXPORTS)
    assert logging(redshift) == {
        "LoggingEnabled": True,
        "LogDestinationType": "cloudwatch",
        "LogExports": EXPORTS,
    }
    redshift.enable_logging(**NAME, LogDestinationType="cloudwatch", LogExports=["userlog"])
    assert logging(redshift)["LogExports"] == ["userlog"]
    groups = logs.describe_log_groups(logGroupNamePrefix="/aws/redshift/")["logGroups"]
    assert [group["logGroupName"].rpartition("/")[2] for group in groups] == EXPORTS
    assert [group.get("retentionInDays") for group in groups] == [None, None, 7], "the one that was there is kept"
    redshift.disable_logging(**NAME)
    assert logging(redshift) == {"LoggingEnabled": False}


def test_to_a_bucket_that_lets_redshift_write(aws: Emulator, redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html#db-auditing-bucket-permissions"""
    s3 = aws.client("s3")
    with refused("BucketNotFoundFault", 400):
        redshift.enable_logging(**NAME, BucketName="logs")
    s3.create_bucket(Bucket="logs")
    with refused("InsufficientS3BucketPolicyFault", 400):
        redshift.enable_logging(**NAME, BucketName="logs", S3KeyPrefix="acme/")
    grant = allow("s3:PutObject", "arn:aws:s3:::logs/acme/*", Principal={"Service": "redshift.amazonaws.com"})
    s3.put_bucket_policy(Bucket="logs", Policy=document(grant))
    redshift.enable_logging(**NAME, BucketName="logs", S3KeyPrefix="acme/")
    assert logging(redshift) == {
        "LoggingEnabled": True,
        "LogDestinationType": "s3",
        "BucketName": "logs",
        "S3KeyPrefix": "acme/",
    }


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"LogDestinationType": "cloudwatch"}, "InvalidParameterCombination"),
        ({"LogDestinationType": "cloudwatch", "LogExports": ["audit"]}, "InvalidParameterValue"),
        ({"LogDestinationType": "paper", "LogExports": ["userlog"]}, "InvalidParameterValue"),
        (
            {"LogDestinationType": "cloudwatch", "LogExports": EXPORTS, "BucketName": "logs"},
            "InvalidParameterCombination",
        ),
        ({}, "InvalidS3BucketNameFault"),
    ],
)
def test_what_is_refused(redshift: Any, wanted: dict[str, Any], code: str) -> None:
    with refused(code, 400):
        redshift.enable_logging(**NAME, **wanted)
    assert logging(redshift) == {"LoggingEnabled": False}
    with refused("ClusterNotFound", 404):
        redshift.describe_logging_status(ClusterIdentifier="absent")
