"""Tags of trails. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AddTags.html"""

from typing import Any

from aws.call import Call
from aws.cloudtrail.parameters import only
from aws.cloudtrail.records import Trail, known
from aws.errors import AwsError
from aws.registry import answers

TAGS_AT_MOST = 50


def read(have: dict[str, str], given: list[dict[str, Any]]) -> dict[str, str]:
    tags = have | {tag["Key"]: tag.get("Value") or "" for tag in given}
    if any(not 1 <= len(name) <= 128 or len(value) > 256 or name.startswith("aws:") for name, value in tags.items()):
        raise AwsError("InvalidTagParameterException", "The specified tag key or value is not valid")
    if len(tags) > TAGS_AT_MOST:
        raise AwsError("TagsLimitExceededException", "A trail can have no more than 50 tags")
    return tags


def _named(call: Call, wanted: str) -> Trail:
    if not wanted.startswith("arn:"):
        raise AwsError("CloudTrailARNInvalidException", f"{wanted} is no ARN of a trail")
    found = known(call, wanted)
    if found is None or found.arn != wanted:
        raise AwsError("ResourceNotFoundException", f"Unknown resource: {wanted}")
    return found


@answers("cloudtrail", "AddTags")
def add_tags(call: Call) -> dict[str, Any]:
    only(call, "ResourceId", "TagsList")
    trail = _named(call, str(call.param("ResourceId") or ""))
    trail.tags = read(trail.tags, call.param("TagsList") or [])
    return {}


@answers("cloudtrail", "RemoveTags")
def remove_tags(call: Call) -> dict[str, Any]:
    only(call, "ResourceId", "TagsList")
    trail = _named(call, str(call.param("ResourceId") or ""))
    gone = {tag["Key"] for tag in call.param("TagsList") or []}
    trail.tags = {name: value for name, value in trail.tags.items() if name not in gone}
    return {}


@answers("cloudtrail", "ListTags")
def list_tags(call: Call) -> dict[str, Any]:
    only(call, "ResourceIdList")
    found = [_named(call, each) for each in call.param("ResourceIdList") or []]
    view = [
        {
            "ResourceId": each.arn,
            "TagsList": [{"Key": name, "Value": value} for name, value in each.tags.items()],
        }
        for each in found
    ]
    return {"ResourceTagList": view}
