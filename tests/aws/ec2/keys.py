"""A volume's key: whether it can be used, and whether the caller may let EC2 use it.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html, "Permissions for IAM principals"
https://docs.aws.amazon.com/kms/latest/developerguide/services-ebs.html
EC2 takes the launch and tells only by the instance's end:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html#troubleshooting-launch-internal
"""

from collections.abc import Iterable

from aws.authorization import kms
from aws.authorization.demand import decided
from aws.call import Call
from aws.ec2.records import Volume
from aws.policy.context import Context
from aws.service_access import find_key

ACTIONS = ("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")
ON_DATA = set(ACTIONS) - {"CreateGrant", "DescribeKey"}


def refused(call: Call, volumes: Iterable[Volume], own_keys: Iterable[str]) -> str:
    """The ARN of the first key that keeps the instance from coming up; empty if none does. AWS's own key never does."""
    for volume in volumes:
        if volume.key in own_keys and not _usable(call, volume):
            return volume.key
    return ""


def _usable(call: Call, volume: Volume) -> bool:
    found = find_key(call.account, call.region, volume.key)
    if found is None or found.region != call.region or found.key_state != "Enabled":
        return False
    through: Context = {
        "kms:calleraccount": [call.account],
        "kms:viaservice": [f"ec2.{call.region}.amazonaws.com"],
        "aws:viaawsservice": ["true"],
    }
    for action in ACTIONS:
        context = through | ({"kms:grantisforawsresource": ["true"]} if action == "CreateGrant" else {})
        if action in ON_DATA:
            context |= kms.encryption_context({"aws:ebs:id": volume.identifier})
        if not decided(call, kms.on(found, f"kms:{action}", context)).allowed:
            return False
    return True
