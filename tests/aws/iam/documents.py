"""Policy documents as IAM takes them: grammar, size, and principals that exist."""

import re

from aws import stores
from aws.accounts import ALL
from aws.errors import AwsError
from aws.policy.document import IDENTITY, TRUST, Document, Malformed, parse
from aws.visibility import VISIBILITY

ROLE = re.compile(r"arn:aws:iam::(\d{12}):role/(?:.*/)?([^/]+)")
SESSION = re.compile(r"arn:aws:sts::(\d{12}):assumed-role/([^/]+)/[^/]+")
ROOT = re.compile(r"(?:arn:aws:iam::)?(\d{12})(?::root)?")

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, counted without white space
MANAGED_SIZE = 6144
TRUST_SIZE = 2048
INLINE_SIZE = 10240


def principal_exists(name: str) -> bool:
    """A role that replicas do not know of yet does not exist for the service that checks a policy."""
    if name == "*":
        return True
    root = ROOT.fullmatch(name)
    if root:
        return root.group(1) in ALL
    session = SESSION.fullmatch(name)
    if session:
        return stores.role(session.group(1), session.group(2)) is not None
    match = ROLE.fullmatch(name)
    if match is None:
        return False
    account, role_name = match.groups()
    role = stores.role(account, role_name)
    return role is not None and role.arn == name and not VISIBILITY.is_hidden(stores.iam(account).roles, role_name)


def unknown_principal(document: Document) -> str | None:
    for statement in document.statements:
        for principals in (statement.principals, statement.not_principals):
            for name in (principals or {}).get("AWS", ()):
                if not principal_exists(name):
                    return name
            for name in (principals or {}).get("Service", ()):
                if not name.endswith((".amazonaws.com", ".amazonaws.com.cn")):
                    return name
    return None


def check_identity(text: str, limit: int) -> None:
    try:
        parse(text, IDENTITY)
    except Malformed as error:
        raise AwsError("MalformedPolicyDocument", str(error)) from error
    _check_size(text, limit, "PolicySize")


def check_trust(text: str) -> None:
    try:
        document = parse(text, TRUST)
    except Malformed as error:
        raise AwsError("MalformedPolicyDocument", str(error)) from error
    unknown = unknown_principal(document)
    if unknown is not None:
        raise AwsError("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{unknown}"')
    for statement in document.statements:
        if any(not action.lower().startswith("sts:") for action in statement.actions):
            raise AwsError("MalformedPolicyDocument", "AssumeRole policy may only specify STS AssumeRole actions.")
    _check_size(text, TRUST_SIZE, "ACLSizePerRole")


def _check_size(text: str, limit: int, quota: str) -> None:
    if len(re.sub(r"\s", "", text)) > limit:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for {quota}: {limit}", 409)
