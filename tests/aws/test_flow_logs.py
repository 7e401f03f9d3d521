"""Flow logs into a bucket of another account.

https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
"""

from typing import Any

import pytest

from aws.accounts import AUDIT
from aws.conftest import PRODUCTION, Emulator, allow, document, refused
from aws.ec2_world import VPC, tagged

BUCKET = "flows"
SERVICE = {"Service": "delivery.logs.amazonaws.com"}
SOURCE = {"aws:SourceAccount": PRODUCTION}


@pytest.fixture
def s3(aws: Emulator) -> Any:
    s3 = aws.client("s3", aws.credentials(AUDIT))
    s3.create_bucket(Bucket=BUCKET)
    return s3


def _let_in(s3: Any, account: str = PRODUCTION) -> None:
    source = {"ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{account}:*"}}
    put = source | {"StringEquals": SOURCE | {"s3:x-amz-acl": "bucket-owner-full-control"}}
    arn = f"arn:aws:s3:::{BUCKET}"
    policy = document(
        allow("s3:GetBucketAcl", arn, Principal=SERVICE, Condition=source | {"StringEquals": SOURCE}),
        allow("s3:PutObject", f"{arn}/AWSLogs/{PRODUCTION}/*", Principal=SERVICE, Condition=put),
    )
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)


def _create(ec2: Any, traffic: str = "ALL", bucket: str = BUCKET) -> Any:
    return ec2.create_flow_logs(
        ResourceType="VPC",
        ResourceIds=[VPC],
        TrafficType=traffic,
        LogDestinationType="s3",
        LogDestination=f"arn:aws:s3:::{bucket}",
        TagSpecifications=tagged("vpc-flow-log"),
    )


def test_one_is_made_where_the_bucket_lets_the_service_write(aws: Emulator, s3: Any) -> None:
    _let_in(s3)
    (made,) = _create(aws.client("ec2"))["FlowLogIds"]
    (held,) = aws.client("ec2").describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [VPC]}])["FlowLogs"]
    assert (held["FlowLogId"], held["TrafficType"], held["LogDestinationType"]) == (made, "ALL", "s3")
    assert held["LogDestination"] == f"arn:aws:s3:::{BUCKET}"
    assert {tag["Key"] for tag in held["Tags"]} == {"cloister.dev/managed-by", "cloister.dev/owner-uid"}


@pytest.mark.parametrize("let_in", ["", "333333333333"])
def test_a_bucket_that_keeps_it_out_is_told_beside_what_was_made(aws: Emulator, s3: Any, let_in: str) -> None:
    if let_in:
        _let_in(s3, let_in)
    answer = _create(aws.client("ec2"))
    assert answer["FlowLogIds"] == []
    (one,) = answer["Unsuccessful"]
    assert (one["ResourceId"], one["Error"]["Code"]) == (VPC, "400")
    assert "Access Denied for LogDestination" in one["Error"]["Message"]


def test_a_second_one_of_the_same_is_refused(aws: Emulator, s3: Any) -> None:
    _let_in(s3)
    ec2 = aws.client("ec2")
    _create(ec2)
    with refused("FlowLogAlreadyExists"):
        _create(ec2)
    assert _create(ec2, "REJECT")["FlowLogIds"]
