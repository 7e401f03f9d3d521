"""The subnets and security groups that a cluster stands in, as EC2 knows them."""

from collections.abc import Iterable
from typing import Any

from aws import network
from aws.redshift.records import Region, SubnetGroup
from aws.redshift.wire import fault, invalid

DEFAULT = "default"


def ec2(account: str, region: str) -> Any:
    return network.of(account, region)


def subnets(account: str, region: str, ids: list[str]) -> tuple[str, dict[str, str]]:
    """The VPC that they share, and the zone of each."""
    backend = ec2(account, region)
    known = {subnet.id: subnet for by_id in backend.subnets.values() for subnet in by_id.values()}
    missing = [each for each in ids if each not in known]
    if missing or not ids:
        raise fault("InvalidSubnet", f"Some input subnets in :{missing} are invalid.")
    vpcs = {known[each].vpc_id for each in ids}
    if len(vpcs) > 1:
        raise fault("InvalidSubnet", f"Subnets are not in the same VPC: {', '.join(sorted(ids))}")
    return vpcs.pop(), {each: known[each].availability_zone for each in ids}


def group(here: Region, account: str, region: str, name: str | None) -> SubnetGroup:
    """A cluster that names no group stands in the default VPC."""
    lowered = (name or DEFAULT).lower()
    found = here.subnet_groups.get(lowered)
    if found is None and lowered == DEFAULT:
        vpc = ec2(account, region).get_default_vpc()
        ids = [subnet.id for by_id in ec2(account, region).subnets.values() for subnet in by_id.values()]
        known = [each for each in ids if ec2(account, region).get_subnet(each).vpc_id == vpc.id]
        return SubnetGroup(DEFAULT, DEFAULT, *subnets(account, region, known), {})
    if found is None:
        raise fault("ClusterSubnetGroupNotFoundFault", f"Cluster subnet group {name} not found.")
    return found


def security_groups(account: str, region: str, vpc: str, ids: Iterable[str]) -> list[str]:
    known = ec2(account, region).groups.get(vpc, {})
    for each in ids:
        if each not in known:
            raise invalid(f"Invalid security group , groupId= {each}, groupName=.")
    return list(ids) or [found.id for found in known.values() if found.name == "default"]
