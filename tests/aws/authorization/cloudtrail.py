"""What a call of CloudTrail needs permission for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
"""

from aws.authorization.demand import Demand, request_tags, resource_tags
from aws.call import Call
from aws.cloudtrail.records import Trail, arn, known

AT_LARGE = {"DescribeTrails", "ListTrails"}


def named(call: Call) -> str:
    """The name of the trail that a call is about."""
    ids = call.param("ResourceIdList") or [""]
    name = call.param("Name") or call.param("TrailName") or call.param("ResourceId") or ids[0]
    return str(name).rpartition("/")[2]


def trail(call: Call) -> Trail | None:
    return known(call, named(call))


def demands(call: Call) -> list[Demand]:
    action = f"cloudtrail:{call.operation}"
    if call.operation in AT_LARGE:
        return [Demand(action, "*", call.account)]
    found = trail(call)
    tags = {tag["Key"]: tag.get("Value") or "" for tag in call.param("TagsList") or []}
    context = request_tags(tags) | (resource_tags(found.tags) if found else {})
    on = arn(call.account, call.region, named(call))
    needed = [Demand(action, on, call.account, context)]
    if call.operation == "CreateTrail" and tags:
        needed.append(Demand("cloudtrail:AddTags", on, call.account, context))
    role = call.param("CloudWatchLogsRoleArn")
    if role:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
        passed = {"iam:passedtoservice": ["cloudtrail.amazonaws.com"]}
        needed.append(Demand("iam:PassRole", str(role), call.account, passed))
    return needed
