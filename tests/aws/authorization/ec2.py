"""What an EC2 call needs permission for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances
What describes has no resource types. RunInstances is asked once for each resource that it uses or makes, each under
its own circumstances, and once more to tag what it makes.
"""

from typing import Any

from aws.authorization.demand import Demand, request_tags, resource_tags
from aws.call import Call
from aws.ec2 import catalog, clock, disks, launch, names, places, placing, profiles, versions, wire
from aws.ec2.places import Subnet
from aws.ec2.requested import Launch
from aws.ec2.requested import launch as asked_launch
from aws.errors import AwsError
from aws.policy.context import Context

# What these make, and the resource type that their TagSpecifications name.
MAKES = {
    "CreateLaunchTemplate": "launch-template", "AllocateHosts": "dedicated-host", "CreateVpc": "vpc",
    "CreateSubnet": "subnet", "CreateSecurityGroup": "security-group",
}  # fmt: skip
# Parameters that name what a call changes, as they travel.
CHANGED = ("InstanceId", "HostId", "ResourceId", "LaunchTemplateId", "LaunchTemplateName", "VolumeId")


def demands(call: Call) -> list[Demand]:
    if call.operation == "RunInstances":
        return _run(call)
    action = f"ec2:{call.operation}"
    if call.operation.startswith(("Describe", "Get")):
        return [Demand(action, "*", call.account, _base(call))]
    if call.operation in MAKES:
        return _making(call, MAKES[call.operation])
    found = named(call)
    if not found:
        return [Demand(action, "*", call.account, _base(call))]
    return [_on(call, action, each) for each in found]


def _base(call: Call) -> Context:
    return {"ec2:region": [call.region]}


def _making(call: Call, kind: str) -> list[Demand]:
    tags = _requested(call, kind)
    resource = f"arn:aws:ec2:{call.region}:{call.account}:{kind}/*"
    context = _base(call) | request_tags(tags)
    if call.operation == "AllocateHosts" and call.param("InstanceType"):
        context["ec2:instancetype"] = [call.params["InstanceType"]]
    needed = [Demand(f"ec2:{call.operation}", resource, call.account, context)]
    return needed + _tagging(call, resource, tags)


def _tagging(call: Call, resource: str, tags: dict[str, str]) -> list[Demand]:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"""
    if not tags:
        return []
    context = _base(call) | request_tags(tags) | {"ec2:createaction": [call.operation]}
    return [Demand("ec2:CreateTags", resource, call.account, context)]


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
    context = _base(call) | _has(tags_of(call.account, call.region, identifier))
    if call.operation in ("CreateTags", "DeleteTags"):
        given = {tag["Key"]: tag.get("Value", "") for tag in call.param("Tag") or [] if "Key" in tag}
        context |= request_tags(given)
    found = clock.current(call.account, call.region).instances.get(identifier)
    if found is not None:
        context |= {"ec2:tenancy": [found.tenancy], "ec2:instancetype": [found.type]}
        context["ec2:metadatahttptokens"] = [found.metadata["HttpTokens"]]
    return Demand(action, names.arn(call.account, call.region, identifier), call.account, context)


def _has(tags: dict[str, str]) -> Context:
    return resource_tags(tags) | resource_tags(tags, "ec2:resourcetag")


def _run(call: Call) -> list[Demand]:
    asked = asked_launch(call, wire.arguments(call))
    subnet, card = launch.network_of(call, asked.data)
    made = [_instance(call, asked, subnet), _interface(call, subnet, card), *_volumes(call, asked, subnet)]
    needed = [_using(call, asked, *each) for each in (*_used(call, asked, subnet, card), *made)]
    for kind in dict.fromkeys(each[0].partition("/")[0] for each in made):
        needed += _tagging(call, f"arn:aws:ec2:{call.region}:{call.account}:{kind}/*", asked.tags.get(kind, {}))
    profile = profiles.asked(call.account, asked.data.get("IamInstanceProfile"))
    passed = {"iam:passedtoservice": ["ec2.amazonaws.com"]}
    return needed + [
        Demand("iam:PassRole", role.arn, call.account, passed) for role in (profile.roles if profile else [])
    ]


Use = tuple[str, str, Context]  # what follows the account in its ARN, the parameter that names it, circumstances


def _using(call: Call, asked: Launch, resource: str, parameter: str, context: Context) -> Demand:
    if asked.template is not None:
        context = context | {
            "ec2:launchtemplate": [names.arn(call.account, call.region, asked.template.identifier)],
            "ec2:islaunchtemplateresource": ["false" if parameter in asked.own else "true"],
        }
    kind, _, name = resource.partition("/")
    owner = "" if kind in ("image", "snapshot") else call.account
    arn = f"arn:aws:ec2:{call.region}:{owner}:{resource}"
    made = request_tags(asked.tags.get(kind, {})) if name == "*" else {}
    return Demand("ec2:RunInstances", arn, call.account, _base(call) | made | context)


def _used(call: Call, asked: Launch, subnet: Subnet, card: dict[str, Any]) -> list[Use]:
    data, vpc = asked.data, {"ec2:vpc": [names.arn(call.account, call.region, subnet.vpc)]}
    image: Context = {"ec2:owner": ["amazon"], "ec2:public": ["true"], "ec2:imagetype": ["machine"]}
    used: list[Use] = [
        (f"image/{data.get('ImageId', '*')}", "ImageId", image | {"ec2:rootdevicetype": ["ebs"]}),
        (
            f"subnet/{subnet.identifier}",
            "NetworkInterfaces" if card else "SubnetId",
            vpc | {"ec2:availabilityzone": [subnet.zone]} | _has(subnet.tags),
        ),
    ]
    wanted = card.get("Groups") or data.get("SecurityGroupIds") or []
    for group in places.groups(call.account, call.region, subnet.vpc, wanted):
        context = vpc | _has(places.tags_of(call.account, call.region, group))
        used.append((f"security-group/{group}", "NetworkInterfaces" if card else "SecurityGroupIds", context))
    if asked.template is not None:
        used.append((f"launch-template/{asked.template.identifier}", "LaunchTemplate", _has(asked.template.tags)))
    if data.get("KeyName"):
        used.append((f"key-pair/{data['KeyName']}", "KeyName", {}))
    return used


def _instance(call: Call, asked: Launch, subnet: Subnet) -> Use:
    data = asked.data
    image = catalog.IMAGES.get(data.get("ImageId", ""))
    context: Context = {
        "ec2:availabilityzone": [subnet.zone],
        "ec2:tenancy": [placing.tenancy(data.get("Placement") or {}, subnet)],
        "ec2:instancetype": [data.get("InstanceType", "m1.small")],
        "ec2:ebsoptimized": [str(bool(data.get("EbsOptimized"))).lower()],
        "ec2:rootdevicetype": ["ebs"],
    }
    if image is not None:
        metadata = launch.metadata_options(data.get("MetadataOptions") or {}, image)
        context |= {
            "ec2:metadatahttptokens": [metadata["HttpTokens"]],
            "ec2:metadatahttpputresponsehoplimit": [str(metadata["HttpPutResponseHopLimit"])],
            "ec2:metadatahttpendpoint": [metadata["HttpEndpoint"]],
        }
    profile = profiles.asked(call.account, data.get("IamInstanceProfile"))
    return "instance/*", "InstanceType", context | ({"ec2:instanceprofile": [profile.arn]} if profile else {})


def _interface(call: Call, subnet: Subnet, card: dict[str, Any]) -> Use:
    context: Context = {
        "ec2:availabilityzone": [subnet.zone],
        "ec2:subnet": [names.arn(call.account, call.region, subnet.identifier)],
        "ec2:vpc": [names.arn(call.account, call.region, subnet.vpc)],
    }
    if "AssociatePublicIpAddress" in card:
        context["ec2:associatepublicipaddress"] = [str(card["AssociatePublicIpAddress"]).lower()]
    return "network-interface/*", "NetworkInterfaces", context


def _volumes(call: Call, asked: Launch, subnet: Subnet) -> list[Use]:
    image = catalog.IMAGES.get(asked.data.get("ImageId", ""))
    if image is None:
        return []  # the handler says so
    uses: list[Use] = []
    for disk in disks.wanted(clock.current(call.account, call.region), asked.data, image):
        context: Context = {
            "ec2:availabilityzone": [subnet.zone],
            "ec2:encrypted": [str(disk.encrypted).lower()],
            "ec2:volumesize": [str(disk.settings["Size"])],
            "ec2:volumetype": [disk.settings["VolumeType"]],
        }
        if disk.encrypted:
            context["ec2:kmskeyid"] = [disks.key_arn(call.account, call.region, disk.key)]
        uses.append(("volume/*", "BlockDeviceMappings", context))
    return uses
