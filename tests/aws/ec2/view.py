"""An instance as the API shows it. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html"""

from typing import Any

from aws.ec2 import wire
from aws.ec2.catalog import IMAGES, TYPES
from aws.ec2.records import Instance, Region
from aws.ec2.tags import listed

CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}


def state(status: str) -> dict[str, Any]:
    return {"Code": CODES[status], "Name": status}


def reservation(here: Region, found: list[Instance]) -> dict[str, Any]:
    first = found[0]
    return {
        "ReservationId": first.reservation,
        "OwnerId": first.account,
        "Groups": [],
        "Instances": [rendered(here, each) for each in found],
    }


_kept: dict[str, tuple[Any, str]] = {}  # XML by instance, with the values that it was made of


def reset() -> None:
    _kept.clear()


def rendered(here: Region, found: Instance) -> str:
    """Kept while nothing changes, which most calls find."""
    values = (
        found.status, found.launched, found.reason, found.transition, found.tenancy, found.host,
        tuple(found.tags.items()), tuple(found.metadata.items()),
        tuple(name in here.volumes for name in found.volumes),
    )  # fmt: skip
    kept = _kept.get(found.identifier)
    if kept is None or kept[0] != values:
        kept = _kept[found.identifier] = (values, wire.writer("Instance")(_instance(here, found)))
    return kept[1]


def _instance(here: Region, found: Instance) -> dict[str, Any]:
    """ "When an instance is terminated", its addresses, interfaces and volumes are shown no more, its tags are."""
    image, kind, interface = IMAGES[found.settings["ImageId"]], TYPES[found.type], found.interface
    cores = kind.vcpus // 2 if kind.architecture == "x86_64" else kind.vcpus
    view: dict[str, Any] = {
        "InstanceId": found.identifier,
        "ImageId": image.identifier,
        "State": state(found.status),
        "PrivateDnsName": interface.name if found.alive else "",
        "PublicDnsName": "",
        "StateTransitionReason": found.transition,
        "KeyName": found.settings["KeyName"],
        "AmiLaunchIndex": 0,
        "ProductCodes": [],
        "InstanceType": kind.name,
        "LaunchTime": found.launched,
        "Placement": {
            "AvailabilityZone": interface.zone,
            "AvailabilityZoneId": interface.zone_id,
            "GroupName": "",
            "Tenancy": found.tenancy,
            "HostId": found.host or None,
            "Affinity": found.affinity if found.tenancy == "host" else None,
        },
        "Monitoring": {"State": "enabled" if found.settings["Monitoring"] else "disabled"},
        "Architecture": image.architecture,
        "RootDeviceType": "ebs",
        "RootDeviceName": image.root,
        "BlockDeviceMappings": _devices(here, found),
        "VirtualizationType": "hvm",
        "ClientToken": found.token,
        "Tags": listed(found.tags),
        "SecurityGroups": [],
        "Hypervisor": "xen",
        "NetworkInterfaces": [],
        "EbsOptimized": found.settings["EbsOptimized"],
        "EnaSupport": True,
        "CpuOptions": {"CoreCount": cores, "ThreadsPerCore": kind.vcpus // cores},
        "CapacityReservationSpecification": {"CapacityReservationPreference": "open"},
        "HibernationOptions": {"Configured": False},
        "MetadataOptions": found.metadata,
        "EnclaveOptions": {"Enabled": False},
        "BootMode": "uefi-preferred",
        "PlatformDetails": "Linux/UNIX",
        "UsageOperation": "RunInstances",
    }
    if found.reason:
        view["StateReason"] = {"Code": found.reason[0], "Message": found.reason[1]}
    return view | (_living(found) if found.alive else {})


def _living(found: Instance) -> dict[str, Any]:
    interface = found.interface
    groups = [{"GroupId": each, "GroupName": name} for each, name in interface.groups.items()]
    association = None
    if interface.public_address:
        association = {"IpOwnerId": "amazon", "PublicDnsName": "", "PublicIp": interface.public_address}
    card = {
        "NetworkInterfaceId": interface.identifier,
        "SubnetId": interface.subnet,
        "VpcId": interface.vpc,
        "Description": interface.description,
        "OwnerId": found.account,
        "Status": "in-use",
        "PrivateIpAddress": interface.address,
        "PrivateDnsName": interface.name,
        "SourceDestCheck": True,
        "Groups": groups,
        "Attachment": {
            "AttachmentId": "eni-attach" + interface.identifier.removeprefix("eni"),
            "DeviceIndex": 0,
            "Status": "attaching" if found.status == "pending" else "attached",
            "AttachTime": found.launched,
            "DeleteOnTermination": interface.deleted_with_instance,
        },
        "Association": association,
        "PrivateIpAddresses": [
            {
                "PrivateIpAddress": interface.address,
                "PrivateDnsName": interface.name,
                "Primary": True,
                "Association": association,
            }
        ],
        "InterfaceType": "interface",
    }
    view: dict[str, Any] = {
        "PrivateIpAddress": interface.address,
        "PublicIpAddress": interface.public_address or None,
        "SubnetId": interface.subnet,
        "VpcId": interface.vpc,
        "SourceDestCheck": True,
        "SecurityGroups": groups,
        "NetworkInterfaces": [card],
    }
    if found.profile:
        view["IamInstanceProfile"] = {"Arn": found.profile[0], "Id": found.profile[1]}
    return view


def _devices(here: Region, found: Instance) -> list[dict[str, Any]]:
    """While an instance is pending they may not be there yet; here they are."""
    return [
        {
            "DeviceName": here.volumes[name].device,
            "Ebs": {
                "VolumeId": name,
                "Status": "attaching" if found.status == "pending" else "attached",
                "AttachTime": found.launched,
                "DeleteOnTermination": here.volumes[name].deleted_with_instance,
            },
        }
        for name in found.volumes
        if name in here.volumes and found.alive
    ]
