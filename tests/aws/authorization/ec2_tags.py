"""The circumstances that calls of EC2 have in common."""

from aws.authorization.demand import Demand, request_tags, resource_tags
from aws.call import Call
from aws.policy.context import Context


def base(call: Call) -> Context:
    return {"ec2:region": [call.region]}


def tagging(call: Call, resource: str, tags: dict[str, str]) -> list[Demand]:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"""
    if not tags:
        return []
    context = base(call) | request_tags(tags) | {"ec2:createaction": [call.operation]}
    return [Demand("ec2:CreateTags", resource, call.account, context)]


def has(tags: dict[str, str]) -> Context:
    return resource_tags(tags) | resource_tags(tags, "ec2:resourcetag")
