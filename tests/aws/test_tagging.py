"""GetResources, and the network that stands ready.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, STAGING, Emulator, refused

OURS = {"Key": "cloister.dev/managed-by", "Value": "cloister"}


def make(aws: Emulator, number: int, region: str = "us-east-1") -> None:
    aws.client("s3", region=region).create_bucket(
        Bucket=f"bucket-{number}-{region}",
        CreateBucketConfiguration={"Tags": [OURS]} | ({"LocationConstraint": region} if region != "us-east-1" else {}),
    )
    tags = [{"TagKey": OURS["Key"], "TagValue": OURS["Value"]}, {"TagKey": "n", "TagValue": str(number)}]
    aws.client("kms", region=region).create_key(Tags=tags)
    aws.client("sqs", region=region).create_queue(QueueName=f"queue-{number}", tags={OURS["Key"]: OURS["Value"]})


def arns(client: Any, **filters: Any) -> list[str]:
    pages = client.get_paginator("get_resources").paginate(**filters)
    return [found["ResourceARN"] for page in pages for found in page["ResourceTagMappingList"]]


def test_resources_are_found_by_tag_and_type(aws: Emulator) -> None:
    make(aws, 1)
    make(aws, 2)
    make(aws, 3, "eu-west-1")
    aws.client("kms").create_key()
    client = aws.client("resourcegroupstaggingapi")
    managed = [{"Key": OURS["Key"], "Values": [OURS["Value"], "other"]}]
    assert len(arns(client, TagFilters=managed)) == 6, "this region's; what has no tags is not there"
    assert arns(client, TagFilters=managed, ResourceTypeFilters=["s3"]) == [
        "arn:aws:s3:::bucket-1-us-east-1",
        "arn:aws:s3:::bucket-2-us-east-1",
    ]
    (key,) = arns(client, TagFilters=[*managed, {"Key": "n", "Values": ["2"]}], ResourceTypeFilters=["kms:key", "sqs"])
    assert key.startswith(f"arn:aws:kms:us-east-1:{PRODUCTION}:key/")
    assert arns(client, TagFilters=[{"Key": "n"}]) != arns(client, TagFilters=[{"Key": "n", "Values": ["9"]}]) == []
    assert arns(aws.client("resourcegroupstaggingapi", region="eu-west-1"), ResourceTypeFilters=["s3"]) == [
        "arn:aws:s3:::bucket-3-eu-west-1"
    ]
    assert arns(aws.client("resourcegroupstaggingapi", aws.credentials(STAGING))) == []


def test_pages(aws: Emulator) -> None:
    for number in range(3):
        make(aws, number)
    client = aws.client("resourcegroupstaggingapi")
    first = client.get_resources(ResourcesPerPage=5)
    assert len(first["ResourceTagMappingList"]) == 5 and first["PaginationToken"]
    rest = client.get_resources(ResourcesPerPage=5, PaginationToken=first["PaginationToken"])
    assert len(rest["ResourceTagMappingList"]) == 4 and rest["PaginationToken"] == ""
    with refused("InvalidParameterException"):
        client.get_resources(ResourcesPerPage=101)


@pytest.mark.parametrize(("account", "digit"), [(PRODUCTION, "2"), (STAGING, "3")])
def test_the_network_has_the_ids_that_manifests_name(aws: Emulator, account: str, digit: str) -> None:
    ec2 = aws.client("ec2", aws.credentials(account))
    vpc, group = f"vpc-0c10157e{digit}00000001", f"sg-0c10157e{digit}00000001"
    subnets = [f"subnet-0c10157e{digit}000000{letter}1" for letter in "ab"]
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["OwnerId"] == account
    found = ec2.describe_subnets(SubnetIds=subnets)["Subnets"]
    assert {(s["VpcId"], s["AvailabilityZone"]) for s in found} == {(vpc, "us-east-1a"), (vpc, "us-east-1b")}
    assert ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["VpcId"] == vpc


def test_what_the_network_lacks(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    ec2 = aws.client("ec2")
    with refused("InvalidVpcID.NotFound", 400, "The vpc ID 'vpc-0c10157e300000001' does not exist"):
        ec2.describe_vpcs(VpcIds=["vpc-0c10157e300000001"])
    with refused("InvalidSubnetID.NotFound", 400, "The subnet ID 'subnet-0c10157e3000000a1' does not exist"):
        ec2.describe_subnets(SubnetIds=["subnet-0c10157e3000000a1"])
    with refused("InvalidGroup.NotFound", 400, "The security group 'sg-0c10157e300000001' does not exist"):
        ec2.describe_security_groups(GroupIds=["sg-0c10157e300000001"])
    logged = [call["error"] for call in aws.calls(service="ec2")[-3:]]
    assert logged == ["InvalidVpcID.NotFound", "InvalidSubnetID.NotFound", "InvalidGroup.NotFound"]
