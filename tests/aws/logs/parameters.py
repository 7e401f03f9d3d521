"""What a call may say. A parameter that the emulator does not know is an error here, not ignored."""

from typing import Any

from aws.call import Call
from aws.errors import NOT_IMPLEMENTED, AwsError

TAGS_AT_MOST = 50


def only(call: Call, *known: str) -> None:
    unknown = call.params.keys() - set(known)
    if unknown:
        message = f"the emulator does not implement {', '.join(sorted(unknown))} of logs {call.operation}"
        raise AwsError("NotImplemented", message, NOT_IMPLEMENTED)


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)


def required(call: Call, name: str) -> Any:
    value = call.param(name)
    if value in (None, ""):
        raise invalid(f"1 validation error detected: Value at '{name}' failed to satisfy constraint: must not be null")
    return value


def merged(have: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html"""
    tags = have | given
    if len(tags) > TAGS_AT_MOST:
        raise AwsError("TooManyTagsException", "A resource can have no more than 50 tags.")
    return tags
