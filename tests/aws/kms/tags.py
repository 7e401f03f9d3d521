"""Tags of keys. https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html"""

from typing import Any

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.kms import lookup
from aws.registry import answers

TAGS_AT_MOST = 50


def read_tags(call: Call) -> dict[str, str]:
    tags: dict[str, str] = {}
    for tag in call.param("Tags") or []:
        key, value = tag.get("TagKey", ""), tag.get("TagValue", "")
        if key in tags:
            raise AwsError("TagException", "Duplicate tag keys")
        if key.lower().startswith("aws:"):
            raise AwsError("TagException", "aws: prefixed tag key names are not allowed for external use")
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise AwsError("TagException", "Tag key or value is too long")
        tags[key] = value
    if len(tags) > TAGS_AT_MOST:
        raise AwsError("LimitExceededException", "Too many tags")
    return tags


@answers("kms", "TagResource")
def tag_resource(call: Call) -> None:
    record = stores.key_record(lookup.not_pending(lookup.key(call)))
    tags = record.tags | read_tags(call)
    if len(tags) > TAGS_AT_MOST:
        raise AwsError("LimitExceededException", "Too many tags")
    record.tags = tags


@answers("kms", "UntagResource")
def untag_resource(call: Call) -> None:
    record = stores.key_record(lookup.not_pending(lookup.key(call)))
    gone = call.param("TagKeys") or []
    record.tags = {key: value for key, value in record.tags.items() if key not in gone}


@answers("kms", "ListResourceTags")
def list_resource_tags(call: Call) -> dict[str, Any]:
    tags = stores.key_record(lookup.key(call)).tags
    found, more = lookup.page(call, [{"TagKey": key, "TagValue": value} for key, value in tags.items()], 50)
    return {"Tags": found} | more
