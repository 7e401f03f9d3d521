"""Instances of the tenant that are older than it declares, or that somebody stopped."""

from typing import Any

from e2e.loopback import HTTP
from e2e.world import World

KIND = "worker-nodes"
# Above spec.nodes.expireAfterHours, which is 336 by default.
OLD_HOURS = 338
_IMAGE, _SUBNET = "ami-0c10157e000000001", "subnet-0c10157e2000000a1"
_BY_HAND = {"Key": "by-hand", "Value": "evidence"}


def flip(world: World, tenant: str, field: str) -> None:
    """One with the tenant's tags, as a node of it has them; the pool, asleep, has not heard of it."""
    uid = world.cluster.get("ClientTenant", tenant)["metadata"]["uid"]
    tags = {"cloister.dev/managed-by": "cloister", "cloister.dev/owner-uid": uid}
    held = [{"Key": key, "Value": value} for key, value in tags.items()] + [_BY_HAND]
    ec2: Any = world.aws.ec2
    made = ec2.run_instances(
        ImageId=_IMAGE,
        InstanceType="m6i.large",
        MinCount=1,
        MaxCount=1,
        SubnetId=_SUBNET,
        TagSpecifications=[{"ResourceType": "instance", "Tags": held}],
    )
    asked: dict[str, Any] = {"instance": made["Instances"][0]["InstanceId"]}
    if field == "ages":
        asked["hours"] = OLD_HOURS
    verb = {"ages": "age", "stopped": "stop"}[field]
    HTTP.post(f"{world.endpoints.control}/ec2/{verb}", json=asked, timeout=10).raise_for_status()


def mend(world: World) -> None:
    """The pool ends them as well."""
    ec2: Any = world.aws.ec2
    by_hand = [{"Name": f"tag:{_BY_HAND['Key']}", "Values": [_BY_HAND["Value"]]}]
    found = ec2.describe_instances(Filters=by_hand)["Reservations"]
    ids = [one["InstanceId"] for reservation in found for one in reservation["Instances"]]
    ec2.terminate_instances(InstanceIds=ids)
