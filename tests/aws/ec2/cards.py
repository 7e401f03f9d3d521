"""The subnet and the network interface of a launch."""

from aws.call import Call
from aws.ec2 import names, places
from aws.ec2.places import Subnet
from aws.ec2.records import Interface
from aws.ec2.wire import Arguments, conflicting, invalid, not_implemented


def network_of(call: Call, data: Arguments) -> tuple[Subnet, Arguments]:
    """The subnet, and what is said of the network interface.

    "If you specify a network interface, you must specify any security groups and subnets as part of" it. A template's
    interfaces and a request's SubnetId are no exception: hashicorp/terraform-provider-aws#33536.
    """
    cards = data.get("NetworkInterfaces") or []
    for name, what in (("SubnetId", "subnet ID"), ("SecurityGroupIds", "security groups")):
        if cards and data.get(name):
            message = f"Network interfaces and an instance-level {what} may not be specified on the same request"
            raise conflicting(message)
    if len(cards) > 1:
        raise not_implemented("more than one network interface of ec2 RunInstances")
    card = cards[0] if cards else {}
    if cards and card.get("DeviceIndex") != 0:
        raise invalid("The primary network interface must have DeviceIndex 0")
    identifier, zone = card.get("SubnetId") or data.get("SubnetId"), _zone(call, data)
    if not identifier:
        return places.default_subnet(call.account, call.region, zone), card
    names.check(identifier, "subnet")
    found = places.subnet(call.account, call.region, identifier)
    if zone not in ("", found.zone):
        raise invalid(f"The availability zone {zone} does not match the subnet's, {found.zone}.")
    return found, card


def _zone(call: Call, data: Arguments) -> str:
    placement = data.get("Placement") or {}
    known = places.zones(call.account, call.region)
    wanted = placement.get("AvailabilityZone", "")
    if "AvailabilityZoneId" in placement:
        wanted = {of: name for name, of in known.items()}.get(placement["AvailabilityZoneId"], "?")
    if wanted and wanted not in known:
        raise invalid(f"Invalid availability zone: [{wanted}]")
    return str(wanted)


def groups(data: Arguments, card: Arguments) -> list[str]:
    return list(card.get("Groups") or data.get("SecurityGroupIds") or [])


def interface(call: Call, instance: str, subnet: Subnet, card: Arguments, of: dict[str, str]) -> Interface:
    address = places.take(subnet, card.get("PrivateIpAddress", ""), instance)
    public = card.get("AssociatePublicIpAddress", subnet.maps_public)
    return Interface(
        names.fresh("eni"),
        subnet.identifier,
        subnet.vpc,
        subnet.zone,
        subnet.zone_id,
        address,
        places.private_name(call.region, address),
        of,
        public_address=places.public_address(instance) if public else "",
        deleted_with_instance=card.get("DeleteOnTermination", True),
        description=card.get("Description", ""),
    )
