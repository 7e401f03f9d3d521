"""The request context: the condition keys that hold for a call whatever it does.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import time
from datetime import UTC, datetime
from typing import Any

from aws import stores
from aws.call import Call
from aws.policy.match import Lookup
from aws.principals import Caller

Context = dict[str, list[str]]  # keys in lower case


def base(call: Call) -> Context:
    caller = call.by
    context = {
        "aws:securetransport": ["true" if call.request.secure else "false"],
        "aws:principalarn": [caller.principal_arn],
        "aws:principalaccount": [caller.account],
        "aws:principaltype": ["Account" if caller.is_root else "AssumedRole"],
        "aws:principalisawsservice": ["false"],
        "aws:userid": [caller.user_id],
        "aws:sourceip": ["127.0.0.1"],
        "aws:requestedregion": [call.region],
        "aws:viaawsservice": ["false"],
    }
    if not caller.is_root:
        context["aws:tokenissuetime"] = [datetime.fromtimestamp(caller.began, UTC).isoformat()]
    if caller.source_identity:
        context["aws:sourceidentity"] = [caller.source_identity]
    if caller.second_factor:
        context |= second_factor(time.time() - caller.second_factor)
    for key, value in principal_tags(caller).items():
        context[f"aws:principaltag/{key.lower()}"] = [value]
    return context


def second_factor(age: float) -> Context:
    """Without one the keys are not there, so that `Bool` on them does not match."""
    return {"aws:multifactorauthpresent": ["true"], "aws:multifactorauthage": [str(int(age))]}


def principal_tags(caller: Caller) -> dict[str, str]:
    """The role's tags, over which the session's go."""
    role = stores.role(caller.account, caller.role)
    tags: Any = role.tags if role else []
    return {tag["Key"]: tag["Value"] for tag in tags} | caller.tags


def service(name: str, source_arn: str, source_account: str) -> Context:
    """The context in which an AWS service acts for one of its resources."""
    return {
        "aws:securetransport": ["true"],
        "aws:principalisawsservice": ["true"],
        "aws:principalservicename": [name],
        "aws:sourcearn": [source_arn],
        "aws:sourceaccount": [source_account],
        "aws:viaawsservice": ["false"],
    }


def lookup_in(context: Context) -> Lookup:
    def lookup(key: str) -> list[str] | None:
        if key == "aws:currenttime":
            return [datetime.now(UTC).isoformat()]
        if key == "aws:epochtime":
            return [str(int(datetime.now(UTC).timestamp()))]
        return context.get(key)

    return lookup
