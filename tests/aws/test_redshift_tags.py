"""Tags of clusters and what belongs to them, subnet groups among it, also as the tagging API tells them.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateTags.html
https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
"""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Call, Emulator, refused
from aws.redshift_world import SUBNETS, create, seen, tags

HERE = f"arn:aws:redshift:us-east-1:{PRODUCTION}"
OTHERS = "subnet-0c10157e3000000a1"


@pytest.fixture
def redshift(aws: Emulator) -> Any:
    aws.control("POST", "/redshift", {"default": 0})
    return aws.client("redshift")


def subnet_group(redshift: Any, name: str = "acme", ids: list[str] = SUBNETS, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = redshift.create_cluster_subnet_group(
        ClusterSubnetGroupName=name, Description="d", SubnetIds=ids, **more
    )["ClusterSubnetGroup"]
    return made


def make_all(redshift: Any) -> dict[str, str]:
    """One of each, tagged: kind and ARN."""
    create(redshift, Tags=tags("u1"))
    subnet_group(redshift, Tags=tags("u1"))
    redshift.create_cluster_parameter_group(
        ParameterGroupName="acme", ParameterGroupFamily="redshift-2.0", Description="d", Tags=tags("u1")
    )
    redshift.create_snapshot_copy_grant(SnapshotCopyGrantName="acme", Tags=tags("u1"))
    return {
        "cluster": f"{HERE}:cluster:cloister-acme",
        "parametergroup": f"{HERE}:parametergroup:acme",
        "subnetgroup": f"{HERE}:subnetgroup:acme",
        "snapshotcopygrant": f"{HERE}:snapshotcopygrant:acme",
    }


def test_tags_are_put_replaced_and_taken(redshift: Any) -> None:
    for kind, arn in make_all(redshift).items():
        redshift.create_tags(ResourceName=arn, Tags=[{"Key": "more", "Value": "x"}, *tags("u2")])
        redshift.delete_tags(ResourceName=arn, TagKeys=["cloister.dev/managed-by", "never"])
        found = redshift.describe_tags(ResourceName=arn)["TaggedResources"]
        assert {(each["Tag"]["Key"], each["Tag"]["Value"]) for each in found} == {
            ("cloister.dev/owner-uid", "u2"),
            ("more", "x"),
        }
        assert {(each["ResourceName"], each["ResourceType"]) for each in found} == {(arn, kind)}
    assert {each["Key"] for each in seen(redshift)["Tags"]} == {"cloister.dev/owner-uid", "more"}


def test_tags_are_found_by_type_key_and_value(redshift: Any) -> None:
    arns = make_all(redshift)
    for given, expected in (
        ({"ResourceType": "Parameter group"}, {arns["parametergroup"]}),
        ({"ResourceType": "cluster", "TagKeys": ["cloister.dev/owner-uid"]}, {arns["cluster"]}),
        ({"TagValues": ["u9"]}, set()),
    ):
        found = redshift.describe_tags(**given)["TaggedResources"]
        assert {each["ResourceName"] for each in found} == expected
    pages = redshift.get_paginator("describe_tags").paginate(PaginationConfig={"PageSize": 10})
    assert sum(len(page["TaggedResources"]) for page in pages) == 5 * 2, "the automated snapshot has its cluster's"


def test_what_tags_refuse(redshift: Any) -> None:
    arn = make_all(redshift)["cluster"]
    many = [{"Key": str(number), "Value": "x"} for number in range(49)]
    calls: list[tuple[str, Call]] = [
        ("ResourceNotFoundFault", lambda: redshift.create_tags(ResourceName=f"{arn}x", Tags=tags("u"))),
        ("ResourceNotFoundFault", lambda: redshift.delete_tags(ResourceName=f"{arn}x", TagKeys=["a"])),
        ("TagLimitExceededFault", lambda: redshift.create_tags(ResourceName=arn, Tags=many)),
        ("InvalidTagFault", lambda: redshift.create_tags(ResourceName=arn, Tags=[{"Key": "aws:x", "Value": "x"}])),
        ("InvalidParameterCombination", lambda: redshift.describe_tags(ResourceName=arn, ResourceType="cluster")),
        ("InvalidParameterValue", lambda: redshift.describe_tags(ResourceType="planet")),
    ]
    for code, call in calls:
        with refused(code):
            call()
    assert seen(redshift)["Tags"] == tags("u1")


def test_the_tagging_api_tells_them(aws: Emulator, redshift: Any) -> None:
    arns = make_all(redshift)
    client = aws.client("resourcegroupstaggingapi")
    owned = [{"Key": "cloister.dev/owner-uid", "Values": ["u1"]}]
    listed = client.get_resources(TagFilters=owned, ResourceTypeFilters=["redshift"])["ResourceTagMappingList"]
    assert set(arns.values()) <= {each["ResourceARN"] for each in listed}
    (found,) = client.get_resources(ResourceTypeFilters=["redshift:cluster"])["ResourceTagMappingList"]
    assert (found["ResourceARN"], found["Tags"]) == (arns["cluster"], tags("u1"))
    there = aws.client("resourcegroupstaggingapi", region="us-west-2")
    assert there.get_resources(TagFilters=owned)["ResourceTagMappingList"] == []


def test_subnet_groups(redshift: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/APIReference/API_ClusterSubnetGroup.html"""
    made = subnet_group(redshift, "Acme", Tags=tags("u1"))
    assert (made["ClusterSubnetGroupName"], made["VpcId"]) == ("acme", "vpc-0c10157e200000001")
    assert (made["SubnetGroupStatus"], made["Tags"]) == ("Complete", tags("u1"))
    assert {each["SubnetIdentifier"]: each["SubnetAvailabilityZone"]["Name"] for each in made["Subnets"]} == dict(
        zip(SUBNETS, ("us-east-1a", "us-east-1b"), strict=True)
    )
    create(redshift, ClusterSubnetGroupName="acme")
    zone = seen(redshift)["AvailabilityZone"]
    stays, goes = SUBNETS if zone == "us-east-1a" else SUBNETS[::-1]
    redshift.modify_cluster_subnet_group(ClusterSubnetGroupName="acme", SubnetIds=[stays], Description="e")
    (found,) = redshift.describe_cluster_subnet_groups(ClusterSubnetGroupName="acme")["ClusterSubnetGroups"]
    assert [each["SubnetIdentifier"] for each in found["Subnets"]] == [stays] and found["Description"] == "e"
    calls: list[tuple[str, Call]] = [
        (
            "SubnetAlreadyInUse",
            lambda: redshift.modify_cluster_subnet_group(ClusterSubnetGroupName="acme", SubnetIds=[goes]),
        ),
        (
            "InvalidClusterSubnetGroupStateFault",
            lambda: redshift.delete_cluster_subnet_group(ClusterSubnetGroupName="acme"),
        ),
        ("ClusterSubnetGroupAlreadyExists", lambda: subnet_group(redshift)),
        ("InvalidSubnet", lambda: subnet_group(redshift, "b", [OTHERS])),
        ("InvalidSubnet", lambda: subnet_group(redshift, "b", ["subnet-1"])),
        ("InvalidParameterValue", lambda: subnet_group(redshift, "Default")),
        (
            "ClusterSubnetGroupNotFoundFault",
            lambda: redshift.delete_cluster_subnet_group(ClusterSubnetGroupName="absent"),
        ),
    ]
    for code, call in calls:
        with refused(code, 400):
            call()
    redshift.delete_cluster(ClusterIdentifier="cloister-acme", SkipFinalClusterSnapshot=True)
    redshift.delete_cluster_subnet_group(ClusterSubnetGroupName="acme")
    assert redshift.describe_cluster_subnet_groups()["ClusterSubnetGroups"] == []
