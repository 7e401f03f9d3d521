"""STS: whose credentials these are, and becoming another role.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
moto's own AssumeRole asks neither whether the role exists nor, for a missing ExternalId, what its trust policy says.
"""

import re
import time
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import Role

from aws import stores
from aws.call import Call
from aws.errors import AwsError, denied, unsatisfied
from aws.policy.context import base, lookup_in, second_factor
from aws.policy.document import IDENTITY, TRUST, Malformed, parse
from aws.policy.evaluate import Policies, decide
from aws.policy.held import held, principal_of
from aws.principals import PRINCIPALS, Caller
from aws.registry import answers

ROLE = re.compile(r"arn:aws:iam::(\d{12}):role/(?:.*/)?([^/]+)")
SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")
LONGEST_POLICY = 2048
CHAINED_AT_MOST = 3600  # "role chaining limits your session to a maximum of one hour"


def session_of(account: str, role_name: str, session_name: str, **more: Any) -> Caller:
    role = stores.role(account, role_name)
    assert role is not None, f"{role_name} in {account} does not exist"
    return Caller(
        account=account,
        arn=f"arn:aws:sts::{account}:assumed-role/{role.name}/{session_name}",
        user_id=f"{role.id}:{session_name}",
        principal_arn=role.arn,
        role=role.name,
        role_id=role.id,
        **more,
    )


def root_of(account: str) -> Caller:
    arn = f"arn:aws:iam::{account}:root"
    return Caller(account=account, arn=arn, user_id=account, principal_arn=arn)


def role_at(arn: str) -> Role | None:
    """With the path that it has, or there is none."""
    match = ROLE.fullmatch(arn)
    role = stores.role(*match.groups()) if match else None
    return role if role is not None and role.arn == arn else None


@answers("sts", "GetCallerIdentity")
def get_caller_identity(call: Call) -> dict[str, Any]:
    return {"Arn": call.by.arn, "UserId": call.by.user_id, "Account": call.by.account}


@answers("sts", "AssumeRole")
def assume_role(call: Call) -> dict[str, Any]:
    arn, session_name = call.required("RoleArn"), call.required("RoleSessionName")
    if not SESSION_NAME.fullmatch(session_name):
        raise unsatisfied(
            "ValidationError", "roleSessionName", session_name, "Member must satisfy regular expression pattern"
        )
    source = call.param("SourceIdentity")
    if source and not SESSION_NAME.fullmatch(source):
        raise unsatisfied("ValidationError", "sourceIdentity", source, "Member must satisfy regular expression pattern")
    seconds = int(call.param("DurationSeconds", 3600))
    session_policies = _session_policies(call)
    role = role_at(arn)
    refusal = AwsError(
        "AccessDenied", f"User: {call.by.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}", 403
    )
    if role is None:
        raise refusal  # AWS does not say whether the role exists
    tags = {tag["Key"]: tag.get("Value", "") for tag in call.param("Tags") or []}
    for action in (
        "sts:AssumeRole",
        *(["sts:TagSession"] if tags else []),
        *(["sts:SetSourceIdentity"] if call.param("SourceIdentity") else []),
    ):
        _check_trust(call, action, role.account_id, arn, role.assume_role_policy_document, tags)
    longest = CHAINED_AT_MOST if not call.by.is_root else int(role.max_session_duration or 3600)
    if not 900 <= seconds <= longest:
        raise AwsError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        )
    caller = session_of(
        role.account_id, role.name, session_name,
        session_policies=session_policies, tags=tags,
        source_identity=call.param("SourceIdentity") or call.by.source_identity,
    )  # fmt: skip
    result = issued(caller, seconds) | {"PackedPolicySize": 6 if session_policies else None}
    return result | ({"SourceIdentity": caller.source_identity} if caller.source_identity else {})


def issued(caller: Caller, seconds: int) -> dict[str, Any]:
    """Credentials of a session, as every way to one answers them."""
    given = PRINCIPALS.issue(caller, seconds)
    return {
        "Credentials": {
            "AccessKeyId": given.access_key_id,
            "SecretAccessKey": given.secret_access_key,
            "SessionToken": given.session_token,
            "Expiration": datetime.fromtimestamp(time.time() + seconds, UTC),
        },
        "AssumedRoleUser": {"AssumedRoleId": caller.user_id, "Arn": caller.arn},
    }


def _check_trust(call: Call, action: str, owner: str, arn: str, trust: str, tags: dict[str, str]) -> None:
    context = base(call)
    context["sts:rolesessionname"] = [call.params["RoleSessionName"]]
    for parameter, key in (("ExternalId", "sts:externalid"), ("SourceIdentity", "sts:sourceidentity")):
        if call.param(parameter):
            context[key] = [call.params[parameter]]
    if call.param("SerialNumber") or call.param("TokenCode"):
        _check_device(call)
        context |= second_factor(0)
    if tags:
        context["aws:tagkeys"] = list(tags)
        context |= {f"aws:requesttag/{key.lower()}": [value] for key, value in tags.items()}
    identity, boundary, session = held(call.by)
    policies = Policies(identity, boundary, session, trust, TRUST, resource_must_allow=True)
    decision = decide(principal_of(call.by), owner, action, arn, lookup_in(context), policies)
    if not decision.allowed:
        raise denied("sts", call.by.arn, action, arn, decision.why)


def _check_device(call: Call) -> None:
    """Any device of the caller's account is known, and every code of six digits but zeros is right."""
    serial, code = str(call.param("SerialNumber") or ""), str(call.param("TokenCode") or "")
    if (
        not serial.startswith(f"arn:aws:iam::{call.by.account}:mfa/")
        or not re.fullmatch(r"\d{6}", code)
        or not int(code)
    ):
        raise AwsError("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ", 403)


def _session_policies(call: Call) -> tuple[str, ...]:
    texts = [call.params["Policy"]] if call.param("Policy") else []
    for given in call.param("PolicyArns") or []:
        arn = given["arn"]
        policy = stores.policy(arn.split(":")[4], arn)
        if policy is None:
            raise AwsError("ValidationError", f"PolicyArn {arn} does not exist")
        texts.append(next(v.document for v in policy.versions if v.is_default))
    for text in texts:
        if len(text) > LONGEST_POLICY:
            raise unsatisfied("ValidationError", "policy", "...", f"Member must have length <= {LONGEST_POLICY}")
        try:
            parse(text, IDENTITY)
        except Malformed as error:
            raise AwsError("MalformedPolicyDocument", str(error)) from error
    return tuple(texts)
