"""RunInstances. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html"""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from aws.call import Call
from aws.ec2 import (
    capacity,
    cards,
    catalog,
    clock,
    disks,
    keys,
    metadata,
    names,
    places,
    placing,
    profiles,
    tokens,
    view,
)
from aws.ec2.capacity import Shortage
from aws.ec2.catalog import Image
from aws.ec2.records import Instance, Region
from aws.ec2.requested import Launch, launch
from aws.ec2.wire import Arguments, invalid, missing, operation
from aws.errors import AwsError

TAKES = (
    "BlockDeviceMappings", "ClientToken", "DisableApiTermination", "EbsOptimized", "IamInstanceProfile", "ImageId",
    "InstanceInitiatedShutdownBehavior", "InstanceType", "KeyName", "LaunchTemplate", "MaxCount", "MetadataOptions",
    "MinCount", "Monitoring", "NetworkInterfaces", "Placement", "SecurityGroupIds", "SubnetId", "TagSpecifications",
    "UserData",
)  # fmt: skip
USER_DATA_AT_MOST = 16384


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
    options, user_data = metadata.options(data.get("MetadataOptions") or {}, image), _user_data(data)
    profile = profiles.asked(call.account, data.get("IamInstanceProfile"))
    behavior = data.get("InstanceInitiatedShutdownBehavior", "stop")
    if behavior not in ("stop", "terminate"):
        raise invalid(f"Value ({behavior}) for parameter instanceInitiatedShutdownBehavior is invalid.")
    wanted = disks.wanted(here, data, image)
    subnet, card = cards.network_of(call, data)
    groups = places.groups(call.account, call.region, subnet.vpc, cards.groups(data, card))
    capacity.require(Shortage(kind.name, call.account, call.region, subnet.zone, subnet.identifier))
    place = placing.place(here, data.get("Placement") or {}, subnet, kind)
    identifier, now = names.fresh("i"), datetime.now(UTC)
    volumes = [
        disks.make(call.account, call.region, subnet.zone, identifier, disk, asked.tags.get("volume", {}), now)
        for disk in wanted
    ]
    interface = cards.interface(call, identifier, subnet, card, groups)
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
        metadata=options,
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


def _user_data(data: Arguments) -> str:
    text = str(data.get("UserData") or "")
    try:
        size = len(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise invalid("Invalid BASE64 encoding of user data.") from error
    if size > USER_DATA_AT_MOST:
        raise invalid(f"User data is limited to {USER_DATA_AT_MOST} bytes")
    return text
