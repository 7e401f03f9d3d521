"""Tags of log groups, by the ARN without `:*`.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html
"""

from typing import Any

from aws.call import Call
from aws.errors import AwsError
from aws.logs.parameters import merged, only, required
from aws.logs.records import LogGroup, groups
from aws.registry import answers


def named(call: Call) -> LogGroup:
    wanted = required(call, "resourceArn")
    for group in groups(call.account, call.region).values():
        if group.arn == wanted:
            return group
    raise AwsError("ResourceNotFoundException", "The specified resource does not exist.")


@answers("logs", "TagResource")
def tag_resource(call: Call) -> None:
    only(call, "resourceArn", "tags")
    found = named(call)
    found.tags = merged(found.tags, required(call, "tags"))


@answers("logs", "UntagResource")
def untag_resource(call: Call) -> None:
    only(call, "resourceArn", "tagKeys")
    found = named(call)
    found.tags = {key: value for key, value in found.tags.items() if key not in required(call, "tagKeys")}


@answers("logs", "ListTagsForResource")
def list_tags_for_resource(call: Call) -> dict[str, Any]:
    only(call, "resourceArn")
    return {"tags": named(call).tags}
