"""Roles that belong to a service, which nobody else may change.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
"""

import json
from typing import Any

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.iam.roles import describe
from aws.registry import answers

# https://docs.aws.amazon.com/config/latest/developerguide/using-service-linked-roles.html
# https://docs.aws.amazon.com/guardduty/latest/ug/slr-permissions.html
NAMES = {
    "config.amazonaws.com": "AWSServiceRoleForConfig",
    "guardduty.amazonaws.com": "AWSServiceRoleForAmazonGuardDuty",
}


def arn(account: str, service: str) -> str:
    return f"arn:aws:iam::{account}:role/aws-service-role/{service}/{NAMES.get(service, 'AWSServiceRole')}"


def ensure(account: str, service: str) -> bool:
    """Whether it had to be made."""
    name = NAMES[service]
    if stores.role(account, name) is not None:
        return False
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    stores.iam(account).roles[name] = stores.new_role(account, name, trust, f"/aws-service-role/{service}/")
    return True


@answers("iam", "CreateServiceLinkedRole")
def create(call: Call) -> dict[str, Any]:
    service = str(call.required("AWSServiceName"))
    if service not in NAMES:
        raise AwsError("InvalidInput", f"No service-linked role is known of {service}.")
    if not ensure(call.account, service):
        message = f"Service role name {NAMES[service]} has been taken in this account, please try a different suffix."
        raise AwsError("InvalidInput", message)
    role = stores.role(call.account, NAMES[service])
    assert role is not None, "it was just made"
    return {"Role": describe(role)}
