"""Block public access for EBS snapshots, of a region.

https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots-work.html
"""

from typing import Any

from aws.call import Call
from aws.ec2 import clock
from aws.ec2.wire import Arguments, invalid, operation

UNBLOCKED = "unblocked"
BLOCKING = ("block-all-sharing", "block-new-sharing")


@operation("GetSnapshotBlockPublicAccessState")
def get_state(call: Call, given: Arguments) -> dict[str, Any]:
    return {"State": clock.current(call.account, call.region).snapshot_block, "ManagedBy": "account"}


@operation("EnableSnapshotBlockPublicAccess", "State")
def enable(call: Call, given: Arguments) -> dict[str, Any]:
    state = given.get("State")
    if state not in BLOCKING:
        raise invalid(f"Value ({state}) for parameter state is invalid. Valid values are: {', '.join(BLOCKING)}.")
    clock.current(call.account, call.region).snapshot_block = state
    return {"State": state}


@operation("DisableSnapshotBlockPublicAccess")
def disable(call: Call, given: Arguments) -> dict[str, Any]:
    clock.current(call.account, call.region).snapshot_block = UNBLOCKED
    return {"State": UNBLOCKED}
