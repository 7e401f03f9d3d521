"""What a call of CloudWatch needs permission for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
"""

from aws.authorization.demand import Demand, request_tags, resource_tags
from aws.call import Call
from aws.monitoring.records import Alarm, alarms, arn


def names(call: Call) -> list[str]:
    """Of the alarms that a call is about; none where it lists them."""
    if call.operation == "DescribeAlarms":
        return []
    if "ResourceARN" in call.params:
        return [str(call.param("ResourceARN")).rpartition(":alarm:")[2]]
    return [call.param("AlarmName")] if call.param("AlarmName") else list(call.param("AlarmNames") or [])


def alarm(call: Call) -> Alarm | None:
    return next((alarms(call.account, call.region).get(name) for name in names(call)), None)


def demands(call: Call) -> list[Demand]:
    tags = {tag["Key"]: tag["Value"] for tag in call.param("Tags") or []}
    given = request_tags(tags)
    needed = []
    for name in names(call) or ["*"]:
        found = alarms(call.account, call.region).get(name)
        context = given | (resource_tags(found.tags) if found else {})
        if call.operation == "UntagResource":
            context["aws:tagkeys"] = list(call.param("TagKeys") or [])
        resource = arn(call.account, call.region, name)
        needed.append(Demand(f"cloudwatch:{call.operation}", resource, call.account, context))
        if tags and call.operation == "PutMetricAlarm":
            needed.append(Demand("cloudwatch:TagResource", resource, call.account, context))
    return needed
