"""The options of an instance's metadata service.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
"""

from typing import Any

from aws.call import Call
from aws.ec2 import clock
from aws.ec2.catalog import Image
from aws.ec2.instances import named
from aws.ec2.records import Settings
from aws.ec2.wire import Arguments, invalid, operation
from aws.errors import AwsError

HOPS = range(1, 65)
CHOICES = {
    "HttpTokens": ("optional", "required"),
    "HttpEndpoint": ("enabled", "disabled"),
    "HttpProtocolIpv6": ("enabled", "disabled"),
    "InstanceMetadataTags": ("enabled", "disabled"),
}


def options(given: Arguments, image: Image) -> Settings:
    """Of an image with ImdsSupport v2.0 tokens are required and the hop limit is 2, unless something else is asked."""
    check(given)
    second = image.imds == "v2.0"
    return {
        "State": "applied",
        "HttpTokens": "required" if second else "optional",
        "HttpPutResponseHopLimit": 2 if second else 1,
        "HttpEndpoint": "enabled",
        "HttpProtocolIpv6": "disabled",
        "InstanceMetadataTags": "disabled",
    } | given


def check(given: Arguments) -> None:
    for name, values in CHOICES.items():
        if name in given and given[name] not in values:
            raise invalid(
                f"Value ({given[name]}) for parameter {name} is invalid. Expecting one of {', '.join(values)}"
            )
    if given.get("HttpPutResponseHopLimit", 1) not in HOPS:
        raise invalid("HttpPutResponseHopLimit must be between 1 and 64")


@operation(
    *("ModifyInstanceMetadataOptions", "InstanceId", "HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint"),
    *("HttpProtocolIpv6", "InstanceMetadataTags"),
)
def modify_instance_metadata_options(call: Call, given: Arguments) -> dict[str, Any]:
    (found,) = named(clock.current(call.account, call.region), [given["InstanceId"]])
    wanted = {name: value for name, value in given.items() if name not in ("InstanceId", "DryRun")}
    if not found.alive:
        raise AwsError("IncorrectInstanceState", f"The instance '{found.identifier}' is terminated.")
    check(wanted)
    found.metadata = found.metadata | wanted
    return {"InstanceId": found.identifier, "InstanceMetadataOptions": found.metadata | {"State": "pending"}}
