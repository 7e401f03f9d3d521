"""Looking at instances and ending them.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
"""

from datetime import UTC, datetime
from typing import Any

from aws.call import Call
from aws.ec2 import clock, filters, names, view
from aws.ec2.catalog import IMAGES
from aws.ec2.filters import Facts
from aws.ec2.records import Instance, Region
from aws.ec2.wire import Arguments, operation
from aws.errors import AwsError


def _of_living(fact: Any) -> Any:
    return lambda each: fact(each) if each.alive else None


FACTS: Facts[Instance] = {
    "affinity": lambda each: each.affinity if each.tenancy == "host" else None,
    "architecture": lambda each: IMAGES[each.settings["ImageId"]].architecture,
    "availability-zone": lambda each: each.interface.zone,
    "availability-zone-id": lambda each: each.interface.zone_id,
    "client-token": lambda each: each.token,
    "dns-name": lambda each: "",
    "host-id": lambda each: each.host or None,
    "iam-instance-profile.arn": lambda each: each.profile and each.profile[0],
    "iam-instance-profile.id": lambda each: each.profile and each.profile[1],
    "image-id": lambda each: each.settings["ImageId"],
    "instance-id": lambda each: each.identifier,
    "instance-state-code": lambda each: view.CODES[each.status],
    "instance-state-name": lambda each: each.status,
    "instance-type": lambda each: each.type,
    "instance.group-id": _of_living(lambda each: list(each.interface.groups)),
    "instance.group-name": _of_living(lambda each: list(each.interface.groups.values())),
    "ip-address": _of_living(lambda each: each.interface.public_address or None),
    "key-name": lambda each: each.settings["KeyName"],
    "metadata-options.http-endpoint": lambda each: each.metadata["HttpEndpoint"],
    "metadata-options.http-put-response-hop-limit": lambda each: each.metadata["HttpPutResponseHopLimit"],
    "metadata-options.http-tokens": lambda each: each.metadata["HttpTokens"],
    "metadata-options.instance-metadata-tags": lambda each: each.metadata["InstanceMetadataTags"],
    "monitoring-state": lambda each: "enabled" if each.settings["Monitoring"] else "disabled",
    "network-interface.network-interface-id": _of_living(lambda each: each.interface.identifier),
    "owner-id": lambda each: each.account,
    "private-dns-name": _of_living(lambda each: each.interface.name),
    "private-ip-address": _of_living(lambda each: each.interface.address),
    "reservation-id": lambda each: each.reservation,
    "root-device-type": lambda each: "ebs",
    "state-reason-code": lambda each: each.reason and each.reason[0],
    "subnet-id": _of_living(lambda each: each.interface.subnet),
    "tenancy": lambda each: each.tenancy,
    "vpc-id": _of_living(lambda each: each.interface.vpc),
}


def named(here: Region, identifiers: list[str]) -> list[Instance]:
    for each in identifiers:
        names.check(each, "i")
    absent = [each for each in identifiers if each not in here.instances]
    if absent:
        message = f"The instance ID{'s' if len(absent) > 1 else ''} '{', '.join(absent)}' do"
        raise AwsError("InvalidInstanceID.NotFound", message + ("es not exist" if len(absent) == 1 else " not exist"))
    return [here.instances[each] for each in dict.fromkeys(identifiers)]


@operation("DescribeInstances", "InstanceIds", "Filters", "MaxResults", "NextToken")
def describe_instances(call: Call, given: Arguments) -> dict[str, Any]:
    here = clock.current(call.account, call.region)
    asked = given.get("InstanceIds") or []
    known = named(here, asked) if asked else list(here.instances.values())
    found = filters.chosen(given, known, FACTS, lambda each: each.tags)
    listed, token = filters.page(given, found, "InstanceIds")
    reservations: dict[str, list[Instance]] = {}
    for each in listed:
        reservations.setdefault(each.reservation, []).append(each)
    return {"Reservations": [view.reservation(here, each) for each in reservations.values()], "NextToken": token}


@operation("TerminateInstances", "InstanceIds")
def terminate_instances(call: Call, given: Arguments) -> dict[str, Any]:
    """ "If you specify multiple instances and the request fails, none of the instances are terminated." """
    here = clock.current(call.account, call.region)
    found = named(here, given["InstanceIds"])
    for each in found:
        if each.settings["DisableApiTermination"]:
            message = (
                f"The instance '{each.identifier}' may not be terminated. Modify its 'disableApiTermination' "
                "instance attribute and try again."
            )
            raise AwsError("OperationNotPermitted", message)
    changes = []
    for each in found:
        before = each.status
        transition = f"User initiated ({datetime.now(UTC):%Y-%m-%d %H:%M:%S} GMT)"
        code = "Client.UserInitiatedShutdown"
        clock.terminate(each, code, f"{code}: User initiated shutdown", transition)
        changes.append(
            {
                "InstanceId": each.identifier,
                "CurrentState": view.state(each.status),
                "PreviousState": view.state(before),
            }
        )
    return {"TerminatingInstances": changes}
