"""A token of an OIDC provider becomes a session of a role: how a pod gets AWS credentials.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
AWS fetches a provider's keys from its URL; here the platform hands them in (`POST /_emulator/issuers`), since the
issuers of tests have none.
"""

import base64
import json
import time
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.policy.context import lookup_in
from aws.policy.document import TRUST
from aws.policy.evaluate import Policies, Principal, decide
from aws.registry import answers
from aws.sts import issued, role_at, session_of

ACTION = "sts:AssumeRoleWithWebIdentity"
ALGORITHMS = ["RS256", "ES256"]

_keys: dict[str, KeySet] = {}


def trust_issuer(told: dict[str, Any]) -> dict[str, Any]:
    """`issuer` is a URL, `jwks` what it publishes."""
    _keys[told["issuer"]] = KeySet.import_key_set(told["jwks"])
    return {"issuers": sorted(_keys)}


@answers("sts", "AssumeRoleWithWebIdentity")
def assume_role_with_web_identity(call: Call) -> dict[str, Any]:
    arn, session_name = call.required("RoleArn"), call.required("RoleSessionName")
    seconds = int(call.param("DurationSeconds", 3600))
    claims = _claims(call.required("WebIdentityToken"))
    refusal = AwsError("AccessDenied", f"Not authorized to perform {ACTION}", 403)
    role = role_at(arn)
    if role is None:
        raise refusal
    account = role.account_id
    known = stores.iam(account).open_id_providers
    provider = claims["iss"].removeprefix("https://")
    provider_arn = f"arn:aws:iam::{account}:oidc-provider/{provider}"
    if provider_arn not in known:
        raise AwsError("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {claims['iss']}")
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if not set(audiences) & set(known[provider_arn].client_id_list):
        raise AwsError("InvalidIdentityToken", "Incorrect token audience")
    context = {f"{provider}:aud": audiences, f"{provider}:sub": [claims["sub"]]}
    context["sts:rolesessionname"] = [session_name]
    who = Principal(federated=provider_arn)
    policies = Policies(resource=role.assume_role_policy_document, resource_kind=TRUST, resource_must_allow=True)
    if not decide(who, account, ACTION, arn, lookup_in(context), policies).allowed:
        raise refusal
    caller = session_of(account, role.name, session_name)
    call.caller = caller
    return issued(caller, seconds) | {
        "SubjectFromWebIdentityToken": claims["sub"],
        "Provider": provider_arn,
        "Audience": audiences[0],
    }


def _claims(token: str) -> dict[str, Any]:
    """Of a token that one of the issuers has signed and that is not over yet."""
    invalid = "The web identity token provided could not be validated by the issuer"
    try:
        body = token.split(".")[1]
        issuer = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["iss"]
        keys = _keys[issuer]
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except (JoseError, KeyError, ValueError, IndexError) as error:
        raise AwsError("InvalidIdentityToken", invalid) from error
    if claims.get("exp", 0) < time.time():
        raise AwsError("ExpiredTokenException", "Token expired")
    if not claims.get("aud") or not claims.get("sub"):
        raise AwsError("InvalidIdentityToken", "Missing a required claim: aud and sub")
    return dict(claims)
