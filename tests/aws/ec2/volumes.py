"""EBS volumes, and encryption by default.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html
"""

from typing import Any

from aws.call import Call
from aws.ec2 import clock, filters, names
from aws.ec2.filters import Facts
from aws.ec2.records import Region, Volume
from aws.ec2.tags import listed
from aws.ec2.wire import Arguments, operation

FACTS: Facts[Volume] = {
    "attachment.delete-on-termination": lambda each: each.deleted_with_instance if each.instance else None,
    "attachment.device": lambda each: each.device if each.instance else None,
    "attachment.instance-id": lambda each: each.instance or None,
    "availability-zone": lambda each: each.zone,
    "encrypted": lambda each: each.encrypted,
    "size": lambda each: each.settings["Size"],
    "snapshot-id": lambda each: each.settings.get("SnapshotId"),
    "status": lambda each: "in-use" if each.instance else "available",
    "volume-id": lambda each: each.identifier,
    "volume-type": lambda each: each.settings["VolumeType"],
}


def _volume(here: Region, found: Volume) -> dict[str, Any]:
    holder = here.instances.get(found.instance)
    attachment = {
        "VolumeId": found.identifier,
        "InstanceId": found.instance,
        "Device": found.device,
        "State": "attaching" if holder and holder.status == "pending" else "attached",
        "AttachTime": found.created,
        "DeleteOnTermination": found.deleted_with_instance,
    }
    settings = {"SnapshotId": ""} | found.settings
    return {
        "VolumeId": found.identifier,
        "AvailabilityZone": found.zone,
        "CreateTime": found.created,
        "State": "in-use" if found.instance else "available",
        "Encrypted": found.encrypted,
        "KmsKeyId": found.key or None,
        "Attachments": [attachment] if found.instance else [],
        "Tags": listed(found.tags),
        "MultiAttachEnabled": False,
    } | settings


@operation("DescribeVolumes", "VolumeIds", "Filters", "MaxResults", "NextToken")
def describe_volumes(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    asked = given.get("VolumeIds") or []
    for each in asked:
        names.check(each, "vol")
        if each not in here.volumes:
            raise names.not_found(each)
    known = [here.volumes[each] for each in dict.fromkeys(asked)] if asked else list(here.volumes.values())
    found = filters.chosen(given, known, FACTS, lambda each: each.tags)
    shown, token = filters.page(given, found, "VolumeIds")
    return {"Volumes": [_volume(here, each) for each in shown], "NextToken": token}


def _encrypts(call: Call) -> dict[str, Any]:
    return {"EbsEncryptionByDefault": clock.current(call.account, call.region).encrypts_by_default}


@operation("GetEbsEncryptionByDefault")
def get_ebs_encryption_by_default(call: Call, given: Arguments) -> dict[str, Any]:
    return _encrypts(call)


@operation("EnableEbsEncryptionByDefault")
def enable_ebs_encryption_by_default(call: Call, given: Arguments) -> dict[str, Any]:
    clock.current(call.account, call.region).encrypts_by_default = True
    return _encrypts(call)


@operation("DisableEbsEncryptionByDefault")
def disable_ebs_encryption_by_default(call: Call, given: Arguments) -> dict[str, Any]:
    clock.current(call.account, call.region).encrypts_by_default = False
    return _encrypts(call)
