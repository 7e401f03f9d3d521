"""What a call may say. A parameter that the emulator does not know is an error here, not ignored."""

from aws.call import Call
from aws.errors import NOT_IMPLEMENTED, AwsError


def only(call: Call, *known: str) -> None:
    unknown = call.params.keys() - set(known)
    if unknown:
        message = f"the emulator does not implement {', '.join(sorted(unknown))} of cloudtrail {call.operation}"
        raise AwsError("NotImplemented", message, NOT_IMPLEMENTED)
