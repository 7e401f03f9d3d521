"""What an EC2 call needs permission for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
What describes has no resource types.
"""

from aws.authorization import ec2_run
from aws.authorization.demand import Demand, request_tags
from aws.authorization.ec2_tags import base, has, tagging
from aws.call import Call
from aws.ec2 import clock, names, places, versions
from aws.errors import AwsError

# What these make, and the resource type that their TagSpecifications name.
MAKES = {
    "CreateLaunchTemplate": "launch-template", "AllocateHosts": "dedicated-host", "CreateVpc": "vpc",
    "CreateSubnet": "subnet", "CreateSecurityGroup": "security-group",
}  # fmt: skip
# Parameters that name what a call changes, as they travel.
CHANGED = ("InstanceId", "HostId", "ResourceId", "LaunchTemplateId", "LaunchTemplateName", "VolumeId")


def demands(call: Call) -> list[Demand]:
    if call.operation == "RunInstances":
        return ec2_run.demands(call)
    action = f"ec2:{call.operation}"
    if call.operation == "CreateFlowLogs":
        return _flow_logs(call)
    if call.operation.startswith(("Describe", "Get")):
        return [Demand(action, "*", call.account, base(call))]
    if call.operation in MAKES:
        return _making(call, MAKES[call.operation])
    found = named(call)
    if not found:
        return [Demand(action, "*", call.account, base(call))]
    return [_on(call, action, each) for each in found]


def _making(call: Call, kind: str) -> list[Demand]:
    tags = _requested(call, kind)
    resource = f"arn:aws:ec2:{call.region}:{call.account}:{kind}/*"
    context = base(call) | request_tags(tags)
    if call.operation == "AllocateHosts" and call.param("InstanceType"):
        context["ec2:instancetype"] = [call.params["InstanceType"]]
    needed = [Demand(f"ec2:{call.operation}", resource, call.account, context)]
    return needed + tagging(call, resource, tags)


def _flow_logs(call: Call) -> list[Demand]:
    """https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html"""
    delivery = Demand("logs:CreateLogDelivery", "*", call.account, base(call))
    of = [_on(call, "ec2:CreateFlowLogs", each) for each in named(call)]
    return [*_making(call, "vpc-flow-log"), *of, delivery]


def _requested(call: Call, kind: str) -> dict[str, str]:
    """Of a call that is not yet checked."""
    found: dict[str, str] = {}
    for each in call.param("TagSpecification") or []:
        if isinstance(each, dict) and each.get("ResourceType") == kind:
            found |= {tag["Key"]: tag.get("Value", "") for tag in each.get("Tag") or [] if "Key" in tag}
    return found


def named(call: Call) -> list[str]:
    """Identifiers of what a call changes. A launch template that is not there is left to the handler."""
    for parameter in CHANGED:
        value = call.param(parameter)
        if parameter == "LaunchTemplateName" and value:
            try:
                here = clock.current(call.account, call.region)
                return [versions.find(here, {parameter: value}).identifier]
            except AwsError:
                return []
        if value:
            return [str(each) for each in (value if isinstance(value, list) else [value])]
    return []


def tags_of(account: str, region: str, identifier: str) -> dict[str, str]:
    found = names.find(clock.current(account, region), identifier)
    return found.tags if found else places.tags_of(account, region, identifier)


def _on(call: Call, action: str, identifier: str) -> Demand:
    context = base(call) | has(tags_of(call.account, call.region, identifier))
    if call.operation in ("CreateTags", "DeleteTags"):
        given = {tag["Key"]: tag.get("Value", "") for tag in call.param("Tag") or [] if "Key" in tag}
        context |= request_tags(given)
    found = clock.current(call.account, call.region).instances.get(identifier)
    if found is not None:
        context |= {"ec2:tenancy": [found.tenancy], "ec2:instancetype": [found.type]}
        context["ec2:metadatahttptokens"] = [found.metadata["HttpTokens"]]
    return Demand(action, names.arn(call.account, call.region, identifier), call.account, context)
