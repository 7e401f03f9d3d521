"""Key policies. https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html"""

from typing import Any

from moto.kms.models import Key

from aws import stores
from aws.authorization.demand import resource_tags
from aws.call import Call
from aws.errors import AwsError
from aws.iam.documents import unknown_principal
from aws.kms import lookup
from aws.policy import context
from aws.policy.document import RESOURCE, Malformed, parse
from aws.policy.evaluate import Policies, decide
from aws.policy.held import held, principal_of
from aws.registry import answers

SIZE = 32 * 1024
NAME = "default"  # the only one there is


def malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocumentException", message)


def check(call: Call, key: Key, text: str, bypass_lockout_check: bool) -> None:
    if len(text) > SIZE:
        raise AwsError("LimitExceededException", "The key policy exceeds the size limit")
    try:
        document = parse(text, RESOURCE)
    except Malformed as error:
        raise malformed(str(error)) from error
    if unknown_principal(document) is not None:
        raise malformed("Policy contains a statement with one or more invalid principals.")
    if bypass_lockout_check:
        return
    # "The key policy must allow the calling principal to make a subsequent PutKeyPolicy request on the KMS key."
    identity, boundary, session = held(call.by)
    policies = Policies(identity, boundary, session, text, resource_must_allow=True)
    # As that later request would see the key: with its tags.
    on_key = context.base(call) | resource_tags(stores.key_record(key).tags)
    lookup_ = context.lookup_in(on_key)
    if not decide(principal_of(call.by), key.account_id, "kms:PutKeyPolicy", key.arn, lookup_, policies).allowed:
        raise malformed("The new key policy will not allow you to update the key policy in the future.")


def _check_name(call: Call) -> None:
    if call.param("PolicyName", NAME) != NAME:
        raise lookup.not_found("No such policy exists")


@answers("kms", "GetKeyPolicy")
def get_key_policy(call: Call) -> dict[str, Any]:
    _check_name(call)
    return {"Policy": lookup.key(call).policy, "PolicyName": NAME}


@answers("kms", "PutKeyPolicy")
def put_key_policy(call: Call) -> None:
    _check_name(call)
    key = lookup.key(call)
    text = call.required("Policy")
    check(call, key, text, bool(call.param("BypassPolicyLockoutSafetyCheck")))
    key.policy = text


@answers("kms", "ListKeyPolicies")
def list_key_policies(call: Call) -> dict[str, Any]:
    lookup.key(call)
    return {"PolicyNames": [NAME], "Truncated": False}
