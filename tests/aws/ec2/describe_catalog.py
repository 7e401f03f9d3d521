"""DescribeInstanceTypes and DescribeImages.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
"""

from typing import Any

from aws.call import Call
from aws.ec2 import filters, names
from aws.ec2.catalog import IMAGES, TYPES, Image, Type
from aws.ec2.filters import Facts
from aws.ec2.wire import Arguments, operation
from aws.errors import AwsError

TYPE_FACTS: Facts[Type] = {
    "instance-type": lambda each: each.name,
    "vcpu-info.default-vcpus": lambda each: each.vcpus,
    "memory-info.size-in-mib": lambda each: each.mebibytes,
    "current-generation": lambda each: each.current,
    "bare-metal": lambda each: False,
    "burstable-performance-supported": lambda each: each.burstable,
    "dedicated-hosts-supported": lambda each: each.hosts,
    "hypervisor": lambda each: "nitro",
    "instance-storage-supported": lambda each: False,
    "processor-info.supported-architecture": lambda each: each.architecture,
    "supported-usage-class": lambda each: ["on-demand", "spot"],
    "supported-root-device-type": lambda each: "ebs",
    "supported-virtualization-type": lambda each: "hvm",
}
IMAGE_FACTS: Facts[Image] = {
    "architecture": lambda each: each.architecture,
    "description": lambda each: each.description,
    "image-id": lambda each: each.identifier,
    "image-type": lambda each: "machine",
    "is-public": lambda each: True,
    "name": lambda each: each.name,
    "owner-alias": lambda each: "amazon",
    "owner-id": lambda each: each.owner,
    "root-device-name": lambda each: each.root,
    "root-device-type": lambda each: "ebs",
    "state": lambda each: "available",
    "virtualization-type": lambda each: "hvm",
}


@operation("DescribeInstanceTypes", "InstanceTypes", "Filters", "MaxResults", "NextToken")
def describe_instance_types(call: Call, given: Arguments) -> dict[str, Any]:
    wanted = given.get("InstanceTypes") or list(TYPES)
    unknown = [name for name in wanted if name not in TYPES]
    if unknown:
        message = f"The following supplied instance types do not exist: [{', '.join(unknown)}]"
        raise AwsError("InvalidInstanceType", message)
    found = filters.chosen(given, [TYPES[name] for name in dict.fromkeys(wanted)], TYPE_FACTS, lambda each: {})
    listed, token = filters.page(given, found, "InstanceTypes", most=100)
    return {"InstanceTypes": [_type(each) for each in listed], "NextToken": token}


def _type(each: Type) -> dict[str, Any]:
    return {
        "InstanceType": each.name,
        "CurrentGeneration": each.current,
        "FreeTierEligible": False,
        "SupportedUsageClasses": ["on-demand", "spot"],
        "SupportedRootDeviceTypes": ["ebs"],
        "SupportedVirtualizationTypes": ["hvm"],
        "BareMetal": False,
        "Hypervisor": "nitro",
        "ProcessorInfo": {"SupportedArchitectures": [each.architecture], "SustainedClockSpeedInGhz": each.clock},
        "VCpuInfo": {
            "DefaultVCpus": each.vcpus,
            "DefaultCores": each.vcpus // 2 if each.architecture == "x86_64" else each.vcpus,
            "DefaultThreadsPerCore": 2 if each.architecture == "x86_64" else 1,
        },
        "MemoryInfo": {"SizeInMiB": each.mebibytes},
        "InstanceStorageSupported": False,
        "EbsInfo": {"EbsOptimizedSupport": "default", "EncryptionSupport": "supported", "NvmeSupport": "required"},
        "NetworkInfo": {
            "NetworkPerformance": each.network,
            "MaximumNetworkInterfaces": each.interfaces,
            "Ipv4AddressesPerInterface": each.addresses,
            "EnaSupport": "required",
        },
        "BurstablePerformanceSupported": each.burstable,
        "DedicatedHostsSupported": each.hosts,
        "AutoRecoverySupported": True,
    }


@operation(
    "DescribeImages", "ImageIds", "Owners", "Filters", "IncludeDeprecated", "IncludeDisabled", "MaxResults", "NextToken"
)
def describe_images(call: Call, given: Arguments) -> dict[str, Any]:
    wanted = given.get("ImageIds") or list(IMAGES)
    for identifier in wanted:
        names.check(identifier, "ami")
        if identifier not in IMAGES:
            raise names.not_found(identifier)
    owners = given.get("Owners")
    images = [IMAGES[each] for each in dict.fromkeys(wanted)]
    owned = [each for each in images if not owners or {"amazon", each.owner} & set(owners)]
    listed, token = filters.page(given, filters.chosen(given, owned, IMAGE_FACTS, lambda each: {}), "ImageIds")
    return {"Images": [_image(each) for each in listed], "NextToken": token}


def _image(each: Image) -> dict[str, Any]:
    root = {
        "DeleteOnTermination": True, "SnapshotId": each.snapshot, "VolumeSize": each.gibibytes, "VolumeType": "gp3",
        "Iops": 3000, "Throughput": 125, "Encrypted": False,
    }  # fmt: skip
    return {
        "ImageId": each.identifier,
        "Name": each.name,
        "Description": each.description,
        "ImageLocation": f"amazon/{each.name}",
        "ImageOwnerAlias": "amazon",
        "OwnerId": each.owner,
        "CreationDate": each.created,
        "State": "available",
        "Public": True,
        "Architecture": each.architecture,
        "ImageType": "machine",
        "PlatformDetails": "Linux/UNIX",
        "RootDeviceName": each.root,
        "RootDeviceType": "ebs",
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "EnaSupport": True,
        "ImdsSupport": each.imds,
        "BlockDeviceMappings": [{"DeviceName": each.root, "Ebs": root}],
    }
