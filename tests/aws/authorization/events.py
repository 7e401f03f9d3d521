"""What a call of EventBridge needs permission for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
"""

from aws.authorization.demand import Demand, request_tags, resource_tags
from aws.call import Call
from aws.events.records import arn, named, rules


def demands(call: Call) -> list[Demand]:
    name = named(call)
    rule = rules(call.account, call.region).get(name)
    tags = {tag["Key"]: tag["Value"] for tag in call.param("Tags") or []}
    context = request_tags(tags) | (resource_tags(rule.tags) if rule else {})
    if call.operation == "UntagResource":
        context["aws:tagkeys"] = list(call.param("TagKeys") or [])
    resource = arn(call.account, call.region, name or "*")
    needed = [Demand(f"events:{call.operation}", resource, call.account, context)]
    if tags and call.operation == "PutRule":
        needed.append(Demand("events:TagResource", resource, call.account, context))
    for target in call.param("Targets") or []:
        if target.get("RoleArn"):
            # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
            passed = {"iam:passedtoservice": ["events.amazonaws.com"]}
            needed.append(Demand("iam:PassRole", str(target["RoleArn"]), call.account, passed))
    return needed
