"""RunInstances. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html"""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from aws.call import Call
from aws.ec2 import capacity, catalog, clock, disks, keys, names, places, placing, profiles, tokens, view
from aws.ec2.capacity import Shortage
from aws.ec2.catalog import Image
from aws.ec2.places import Subnet
from aws.ec2.records import Instance, Interface, Region, Settings
from aws.ec2.requested import Launch, launch
from aws.ec2.wire import Arguments, conflicting, invalid, missing, not_implemented, operation
from aws.errors import AwsError

TAKES = (
    "BlockDeviceMappings", "ClientToken", "DisableApiTermination", "EbsOptimized", "IamInstanceProfile", "ImageId",
    "InstanceInitiatedShutdownBehavior", "InstanceType", "KeyName", "LaunchTemplate", "MaxCount", "MetadataOptions",
    "MinCount", "Monitoring", "NetworkInterfaces", "Placement", "SecurityGroupIds", "SubnetId", "TagSpecifications",
    "UserData",
)  # fmt: skip
USER_DATA_AT_MOST = 16384
HOPS = range(1, 65)
CHOICES = {
    "HttpTokens": ("optional", "required"),
    "HttpEndpoint": ("enabled", "disabled"),
    "HttpProtocolIpv6": ("enabled", "disabled"),
    "InstanceMetadataTags": ("enabled", "disabled"),
}


@operation("RunInstances", *TAKES)
def run_instances(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    made = tokens.once(call, here, lambda: _run(call, here, given))
    return view.reservation(here, made)


def _run(call: Call, here: Region, given: Arguments) -> list[Instance]:
    least, most = given["MinCount"], given["MaxCount"]
    if not 1 <= least <= most:
        raise invalid(f"Invalid value '{most}' for MaxCount. It must be at least MinCount, which must be at least 1.")
    asked = launch(call, given)
    reservation = names.fresh("r")
    made: list[Instance] = []
    while len(made) < most:
        try:
            made.append(_one(call, here, asked, reservation, given.get("ClientToken", "")))
        except AwsError:
            if len(made) >= least:
                break  # "EC2 launches the largest possible number of instances above MinCount"
            _undo(here, made)
            raise
    return made


def _undo(here: Region, made: Iterable[Instance]) -> None:
    for instance in made:
        places.free(instance)
        del here.instances[instance.identifier]
        for volume in instance.volumes:
            del here.volumes[volume]


def _one(call: Call, here: Region, asked: Launch, reservation: str, token: str) -> Instance:
    data = asked.data
    image = _image(data)
    kind = catalog.type_named(data.get("InstanceType") or "m1.small")
    if kind.architecture != image.architecture:
        message = f"The architecture '{kind.architecture}' of the specified instance type does not match the image's."
        raise invalid(message)
    metadata, user_data = metadata_options(data.get("MetadataOptions") or {}, image), _user_data(data)
    profile = profiles.asked(call.account, data.get("IamInstanceProfile"))
    behavior = data.get("InstanceInitiatedShutdownBehavior", "stop")
    if behavior not in ("stop", "terminate"):
        raise invalid(f"Value ({behavior}) for parameter instanceInitiatedShutdownBehavior is invalid.")
    wanted = disks.wanted(here, data, image)
    subnet, card = network_of(call, data)
    groups = places.groups(call.account, call.region, subnet.vpc, _groups(data, card))
    capacity.require(Shortage(kind.name, call.account, call.region, subnet.zone, subnet.identifier))
    place = placing.place(here, data.get("Placement") or {}, subnet, kind)
    identifier, now = names.fresh("i"), datetime.now(UTC)
    volumes = [
        disks.make(call.account, call.region, subnet.zone, identifier, disk, asked.tags.get("volume", {}), now)
        for disk in wanted
    ]
    interface = _interface(call, identifier, subnet, card, groups)
    interface.tags = dict(asked.tags.get("network-interface", {}))
    instance = Instance(
        identifier,
        call.account,
        call.region,
        reservation,
        now,
        {
            "ImageId": image.identifier,
            "InstanceType": kind.name,
            "KeyName": data.get("KeyName"),
            "EbsOptimized": bool(data.get("EbsOptimized")),
            "Monitoring": bool((data.get("Monitoring") or {}).get("Enabled")),
            "DisableApiTermination": bool(data.get("DisableApiTermination")),
            "InstanceInitiatedShutdownBehavior": behavior,
        },
        interface,
        place.tenancy,
        asked.tags.get("instance", {}) | _template_tags(asked),
        token=token,
        host=place.host,
        affinity=place.affinity,
        metadata=metadata,
        profile=(profile.arn, profile.id) if profile else None,
        user_data=user_data,
        volumes=[each.identifier for each in volumes],
        misplaced=place.misplaced,
    )
    customers = {each.key for each, disk in zip(volumes, wanted, strict=True) if disk.key}
    instance.refused_key = keys.refused(call, volumes, customers)
    here.volumes |= {each.identifier: each for each in volumes}
    here.instances[identifier] = instance
    clock.begin(instance, "pending", "running")
    return instance


def _template_tags(asked: Launch) -> dict[str, str]:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html"""
    if asked.template is None or asked.version is None:
        return {}
    return {
        "aws:ec2launchtemplate:id": asked.template.identifier,
        "aws:ec2launchtemplate:version": str(asked.version.number),
    }


def _image(data: Arguments) -> Image:
    identifier = data.get("ImageId")
    if not identifier:
        raise missing("ImageId")
    names.check(identifier, "ami")
    if identifier not in catalog.IMAGES:
        raise names.not_found(identifier)
    return catalog.IMAGES[identifier]


def metadata_options(given: Arguments, image: Image) -> Settings:
    """Of an image with ImdsSupport v2.0 tokens are required and the hop limit is 2, unless something else is asked.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
    """
    check_metadata(given)
    second = image.imds == "v2.0"
    return {
        "State": "applied",
        "HttpTokens": "required" if second else "optional",
        "HttpPutResponseHopLimit": 2 if second else 1,
        "HttpEndpoint": "enabled",
        "HttpProtocolIpv6": "disabled",
        "InstanceMetadataTags": "disabled",
    } | given


def check_metadata(given: Arguments) -> None:
    for name, values in CHOICES.items():
        if name in given and given[name] not in values:
            raise invalid(
                f"Value ({given[name]}) for parameter {name} is invalid. Expecting one of {', '.join(values)}"
            )
    if given.get("HttpPutResponseHopLimit", 1) not in HOPS:
        raise invalid("HttpPutResponseHopLimit must be between 1 and 64")


def _user_data(data: Arguments) -> str:
    text = str(data.get("UserData") or "")
    try:
        size = len(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise invalid("Invalid BASE64 encoding of user data.") from error
    if size > USER_DATA_AT_MOST:
        raise invalid(f"User data is limited to {USER_DATA_AT_MOST} bytes")
    return text


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


def _groups(data: Arguments, card: Arguments) -> list[str]:
    return list(card.get("Groups") or data.get("SecurityGroupIds") or [])


def _interface(call: Call, instance: str, subnet: Subnet, card: Arguments, groups: dict[str, str]) -> Interface:
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
        groups,
        public_address=places.public_address(instance) if public else "",
        deleted_with_instance=card.get("DeleteOnTermination", True),
        description=card.get("Description", ""),
    )
