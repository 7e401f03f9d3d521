"""Finding what an IAM call names, or saying as IAM does that it is not there."""

import base64
import re
from typing import Any

from moto.iam.models import ManagedPolicy, Role

from aws import stores
from aws.call import Call
from aws.errors import AwsError, unsatisfied

NAME = re.compile(r"[\w+=,.@-]+")
PATH = re.compile(r"/|/[\x21-\x7e]+/")
TAGS_AT_MOST = 50


def missing(message: str) -> AwsError:
    return AwsError("NoSuchEntity", message, 404)


def role(call: Call) -> Role:
    name = call.required("RoleName")
    found = stores.role(call.account, name)
    if found is None:
        raise missing(f"The role with name {name} cannot be found.")
    return found


def policy(call: Call, verb: str = "was not found") -> ManagedPolicy:
    arn = call.required("PolicyArn")
    found = stores.policy(call.account, arn)
    if found is None:
        raise missing(f"Policy {arn} {verb}.")
    return found


def name(call: Call, parameter: str, longest: int) -> str:
    value: str = call.required(parameter)
    if len(value) > longest or not NAME.fullmatch(value):
        first = parameter[0].lower() + parameter[1:]
        raise AwsError(
            "ValidationError",
            f"The specified value for {first} is invalid. It must contain only alphanumeric characters and/or the "
            "following: +=,.@_-",
        )
    return value


def path(call: Call) -> str:
    value: str = call.param("Path", "/")
    if not PATH.fullmatch(value) or len(value) > 512:
        raise AwsError(
            "ValidationError",
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
            "characters and/or / characters.",
        )
    return value


def tags(call: Call) -> list[dict[str, str]]:
    given: list[dict[str, str]] = call.param("Tags") or []
    keys = [tag["Key"].lower() for tag in given]
    if len(keys) != len(set(keys)):
        raise AwsError("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    for tag in given:
        if tag["Key"].lower().startswith("aws:") or len(tag["Key"]) > 128 or len(tag.get("Value", "")) > 256:
            raise AwsError("ValidationError", f"1 validation error detected: tag {tag['Key']} is not valid")
    return [{"Key": tag["Key"], "Value": tag.get("Value", "")} for tag in given]


def merge_tags(old: list[dict[str, str]], new: list[dict[str, str]]) -> list[dict[str, str]]:
    merged = {tag["Key"].lower(): tag for tag in old} | {tag["Key"].lower(): tag for tag in new}
    if len(merged) > TAGS_AT_MOST:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for TagsPerRole: {TAGS_AT_MOST}", 409)
    return list(merged.values())


def page(call: Call, items: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """The asked-for page, and what tells how to go on."""
    size = int(call.param("MaxItems", 100))
    if not 1 <= size <= 1000:
        raise unsatisfied("ValidationError", "maxItems", size, "Member must have value less than or equal to 1000")
    start = 0
    marker = call.param("Marker")
    if marker:
        try:
            start = int(base64.b64decode(marker, validate=True))
        except ValueError as error:
            raise AwsError("ValidationError", "Invalid Marker.") from error
    end = start + size
    if end < len(items):
        return items[start:end], {"IsTruncated": True, "Marker": base64.b64encode(b"%d" % end).decode()}
    return items[start:], {"IsTruncated": False}
