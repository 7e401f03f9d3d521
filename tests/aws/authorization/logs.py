"""What a call of CloudWatch Logs needs permission for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
The ARN ends in `:*` but for the actions on tags.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
"""

from aws.authorization.demand import Demand, request_tags, resource_tags
from aws.call import Call
from aws.logs.records import LogGroup, arn, groups


def named(call: Call) -> str:
    """The name of the log group that a call is about."""
    return str(call.param("logGroupName") or str(call.param("resourceArn") or "").partition(":log-group:")[2])


def group(call: Call) -> LogGroup | None:
    return groups(call.account, call.region).get(named(call))


def demands(call: Call) -> list[Demand]:
    action = f"logs:{call.operation}"
    found = group(call)
    tags = call.param("tags") or {}
    context = request_tags(tags) | (resource_tags(found.tags) if found else {})
    if call.operation == "UntagResource":
        context["aws:tagkeys"] = list(call.param("tagKeys") or [])
    plain = arn(call.account, call.region, named(call) or "*")
    if "resourceArn" in call.params:
        return [Demand(action, plain, call.account, context)]
    needed = [Demand(action, f"{plain}:*" if named(call) else plain, call.account, context)]
    if tags and call.operation == "CreateLogGroup":
        needed.append(Demand("logs:TagResource", plain, call.account, context))
    return needed
