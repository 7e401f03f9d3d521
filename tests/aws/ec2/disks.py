"""The volumes that a launch makes: the image's root volume, as the request changes it, and further ones.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-device-mapping-concepts.html
https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aws.ec2 import names
from aws.ec2.catalog import Image
from aws.ec2.records import Region, Settings, Volume
from aws.ec2.wire import Arguments, invalid
from aws.errors import AwsError
from aws.service_access import find_key

TYPES = {"gp2": (1, 16384), "gp3": (1, 65536), "io1": (4, 16384), "io2": (4, 65536), "st1": (125, 16384),
         "sc1": (125, 16384), "standard": (1, 1024)}  # fmt: skip
BASELINE: dict[str, Settings] = {"gp3": {"Iops": 3000, "Throughput": 125}}
KEY = "KmsKeyId"


@dataclass(frozen=True, slots=True)
class Disk:
    """A volume that is wanted."""

    device: str
    settings: Settings
    encrypted: bool
    key: str  # as it was named; empty for AWS's own
    deleted_with_instance: bool


def wanted(here: Region, data: Arguments, image: Image) -> list[Disk]:
    by_device: dict[str, Arguments] = {
        image.root: {"VolumeSize": image.gibibytes, "SnapshotId": image.snapshot, "VolumeType": "gp3"}
    }
    for mapping in data.get("BlockDeviceMappings") or []:
        device, ebs = mapping.get("DeviceName"), mapping.get("Ebs")
        if not device or ebs is None:
            raise AwsError("InvalidBlockDeviceMapping", "A mapping must have a device name and a volume.")
        by_device[device] = by_device.get(device, {}) | ebs
    return [_disk(here, image, device, ebs) for device, ebs in by_device.items()]


def _disk(here: Region, image: Image, device: str, ebs: Arguments) -> Disk:
    kind = ebs.get("VolumeType", "gp3" if ebs.get("SnapshotId") else "gp2")
    if kind not in TYPES:
        raise invalid(f"Invalid volume type: {kind}")
    size, (least, most) = ebs.get("VolumeSize"), TYPES[kind]
    if size is None:
        raise AwsError("InvalidBlockDeviceMapping", f"The volume {device} needs a snapshot or a size.")
    if device == image.root and size < image.gibibytes:
        message = (
            f"Volume of size {size}GB is smaller than snapshot '{image.snapshot}', expect size >= {image.gibibytes}GB"
        )
        raise AwsError("InvalidBlockDeviceMapping", message)
    if not least <= size <= most:
        raise invalid(f"Volume of {size}GiB is invalid; expected {least} to {most} GiB for {kind}.")
    key = ebs.get(KEY) or ""
    if key and not ebs.get("Encrypted") and not here.encrypts_by_default:
        raise AwsError(
            "InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set."
        )
    settings: Settings = {"VolumeType": kind, "Size": size} | BASELINE.get(kind, {})
    settings |= {name: ebs[name] for name in ("Iops", "Throughput", "SnapshotId") if name in ebs}
    if kind in ("io1", "io2") and "Iops" not in settings:
        raise AwsError("MissingParameter", f"The parameter iops must be specified for {kind} volumes.")
    encrypted = bool(ebs.get("Encrypted")) or here.encrypts_by_default
    return Disk(device, settings, encrypted, key, ebs.get("DeleteOnTermination", device == image.root))


def make(
    account: str, region: str, zone: str, instance: str, disk: Disk, tags: dict[str, str], now: datetime
) -> Volume:
    return Volume(
        names.fresh("vol"),
        instance,
        disk.device,
        disk.settings,
        disk.encrypted,
        key_arn(account, region, disk.key) if disk.encrypted else "",
        zone,
        now,
        disk.deleted_with_instance,
        dict(tags),
    )


def key_arn(account: str, region: str, name: str) -> str:
    """As volumes show it; of a key that is not there what was asked for; without one, AWS's own key for EBS."""
    if not name:
        return f"arn:aws:kms:{region}:{account}:key/{uuid.uuid5(uuid.NAMESPACE_OID, f'{account}/{region}/aws/ebs')}"
    found: Any = find_key(account, region, name)
    if found is not None:
        return str(found.arn)
    return name if name.startswith("arn:") else f"arn:aws:kms:{region}:{account}:key/{name}"
