"""Tags of alarms, by their ARNs.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html
"""

from typing import Any

from aws.call import Call
from aws.errors import AwsError
from aws.monitoring.alarms import only
from aws.monitoring.records import Alarm, alarms
from aws.registry import answers


def named(call: Call) -> Alarm:
    wanted = call.required("ResourceARN")
    for alarm in alarms(call.account, call.region).values():
        if alarm.arn == wanted:
            return alarm
    raise AwsError("ResourceNotFoundException", f"Unknown resource {wanted}", 404)


@answers("monitoring", "TagResource")
def tag_resource(call: Call) -> dict[str, Any]:
    only(call, "ResourceARN", "Tags")
    named(call).tags |= {tag["Key"]: tag["Value"] for tag in call.required("Tags")}
    return {}


@answers("monitoring", "UntagResource")
def untag_resource(call: Call) -> dict[str, Any]:
    only(call, "ResourceARN", "TagKeys")
    for key in call.required("TagKeys"):
        named(call).tags.pop(key, None)
    return {}


@answers("monitoring", "ListTagsForResource")
def list_tags_for_resource(call: Call) -> dict[str, Any]:
    only(call, "ResourceARN")
    return {"Tags": [{"Key": key, "Value": value} for key, value in named(call).tags.items()]}
