"""What RunInstances needs permission for: each resource that it uses or makes, under its own circumstances.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances
"""

from typing import Any

from aws.authorization.demand import Demand, request_tags
from aws.authorization.ec2_tags import base, has, tagging
from aws.call import Call
from aws.ec2 import cards, catalog, clock, disks, metadata, names, places, placing, profiles, wire
from aws.ec2.places import Subnet
from aws.ec2.requested import Launch
from aws.ec2.requested import launch as asked_launch
from aws.policy.context import Context


def demands(call: Call) -> list[Demand]:
    asked = asked_launch(call, wire.arguments(call))
    subnet, card = cards.network_of(call, asked.data)
    made = [_instance(call, asked, subnet), _interface(call, subnet, card), *_volumes(call, asked, subnet)]
    needed = [_using(call, asked, *each) for each in (*_used(call, asked, subnet, card), *made)]
    for kind in dict.fromkeys(each[0].partition("/")[0] for each in made):
        needed += tagging(call, f"arn:aws:ec2:{call.region}:{call.account}:{kind}/*", asked.tags.get(kind, {}))
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
    return Demand("ec2:RunInstances", arn, call.account, base(call) | made | context)


def _used(call: Call, asked: Launch, subnet: Subnet, card: dict[str, Any]) -> list[Use]:
    data, vpc = asked.data, {"ec2:vpc": [names.arn(call.account, call.region, subnet.vpc)]}
    image: Context = {"ec2:owner": ["amazon"], "ec2:public": ["true"], "ec2:imagetype": ["machine"]}
    used: list[Use] = [
        (f"image/{data.get('ImageId', '*')}", "ImageId", image | {"ec2:rootdevicetype": ["ebs"]}),
        (
            f"subnet/{subnet.identifier}",
            "NetworkInterfaces" if card else "SubnetId",
            vpc | {"ec2:availabilityzone": [subnet.zone]} | has(subnet.tags),
        ),
    ]
    wanted = card.get("Groups") or data.get("SecurityGroupIds") or []
    for group in places.groups(call.account, call.region, subnet.vpc, wanted):
        context = vpc | has(places.tags_of(call.account, call.region, group))
        used.append((f"security-group/{group}", "NetworkInterfaces" if card else "SecurityGroupIds", context))
    if asked.template is not None:
        used.append((f"launch-template/{asked.template.identifier}", "LaunchTemplate", has(asked.template.tags)))
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
        options = metadata.options(data.get("MetadataOptions") or {}, image)
        context |= {
            "ec2:metadatahttptokens": [options["HttpTokens"]],
            "ec2:metadatahttpputresponsehoplimit": [str(options["HttpPutResponseHopLimit"])],
            "ec2:metadatahttpendpoint": [options["HttpEndpoint"]],
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
