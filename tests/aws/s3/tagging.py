"""Bucket tags. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html"""

import re

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.message import Response
from aws.registry import answers
from aws.s3 import gate, xmldoc

TAG_TEXT = re.compile(r"[\w\s+\-=._:/@]*")
TAGS_AT_MOST = 50


def read_tags(parent: xmldoc.Element) -> dict[str, str]:
    tags: dict[str, str] = {}
    for node in parent:
        if node.tag != "Tag":
            raise xmldoc.malformed()
        key, value = xmldoc.required(node, "Key"), xmldoc.required(node, "Value")
        if key in tags:
            raise AwsError("InvalidTag", "Cannot provide multiple Tags with the same key", TagKey=key)
        if key.lower().startswith("aws:"):
            raise AwsError("InvalidTag", "System tags cannot be added/updated by requester", TagKey=key)
        if not 1 <= len(key) <= 128 or not TAG_TEXT.fullmatch(key):
            raise AwsError("InvalidTag", "The TagKey you have provided is invalid", TagKey=key)
        if len(value) > 256 or not TAG_TEXT.fullmatch(value):
            raise AwsError("InvalidTag", "The TagValue you have provided is invalid", TagKey=key, TagValue=value)
        tags[key] = value
    if len(tags) > TAGS_AT_MOST:
        raise AwsError("BadRequest", "Bucket tag count cannot be greater than 50")
    return tags


@answers("s3", "PutBucketTagging")
def put_bucket_tagging(call: Call) -> Response:
    tree = xmldoc.parse(call.request.body, "Tagging")
    tag_set = tree.find("TagSet")
    if tag_set is None:
        raise xmldoc.malformed()
    stores.bucket_record(gate.bucket(call)).tags = read_tags(tag_set)
    return Response(204)


@answers("s3", "GetBucketTagging")
def get_bucket_tagging(call: Call) -> Response:
    tags = stores.bucket_record(gate.bucket(call)).tags
    if not tags:
        raise AwsError("NoSuchTagSet", "The TagSet does not exist", 404, BucketName=call.bucket)
    content = "".join(f"<Tag>{xmldoc.tag('Key', k)}{xmldoc.tag('Value', v)}</Tag>" for k, v in tags.items())
    return xmldoc.answer(xmldoc.document("Tagging", f"<TagSet>{content}</TagSet>"))


@answers("s3", "DeleteBucketTagging")
def delete_bucket_tagging(call: Call) -> Response:
    stores.bucket_record(gate.bucket(call)).tags = {}
    return Response(204)
