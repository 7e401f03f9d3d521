"""The decision on one action on one resource by one principal.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and its pages on one account,
on several accounts, and on permissions boundaries (access_policies_boundaries.html). Not here: SCPs, RCPs, VPC endpoint
policies, ACLs, KMS grants.
"""

from dataclasses import dataclass

from aws.policy.document import IDENTITY, RESOURCE, Document, Statement, parse
from aws.policy.match import Lookup, glob, substitute


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom statements can name: an account's root, a role, a session of it, an AWS service, or an OIDC provider."""

    account: str = ""
    role_arn: str = ""
    role_id: str = ""
    session_arn: str = ""
    service: str = ""
    federated: str = ""

    @property
    def root_arn(self) -> str:
        return f"arn:aws:iam::{self.account}:root"


@dataclass(frozen=True, slots=True)
class Policies:
    identity: tuple[str, ...] = ()
    boundary: str | None = None
    session: tuple[str, ...] | None = None
    resource: str | None = None
    resource_kind: str = RESOURCE
    # KMS and role trust: the resource's policy must allow, an identity policy alone never does.
    resource_must_allow: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    allowed: bool
    why: str


EXPLICIT = "with an explicit deny in {} policy"
IMPLICIT = "because no {} policy allows the action"

# How closely a statement names a principal; the closest grant counts.
NOT, ACCOUNT, ANYONE, ROLE, SESSION = range(5)


# AWS's own flow chart, box by box: taking it apart would hide the order.
def decide(  # noqa: C901
    who: Principal, owner: str, action: str, resource: str, lookup: Lookup, policies: Policies
) -> Decision:
    identity = [parse(text, IDENTITY) for text in policies.identity]
    boundary = [parse(policies.boundary, IDENTITY)] if policies.boundary is not None else None
    session = [parse(text, IDENTITY) for text in policies.session] if policies.session is not None else None
    own = (("an identity-based", identity), ("a permissions boundary", boundary), ("a session", session))
    for name, documents in own:
        for document in documents or ():
            if _any(document, False, action, resource, lookup):
                return Decision(False, EXPLICIT.format(name))
    grant = NOT
    if policies.resource is not None:
        document = parse(policies.resource, policies.resource_kind)
        for statement in document.for_action(action):
            named = _names(statement, who, policies.boundary is not None)
            if named == NOT or not _applies(statement, resource, lookup, document.variables):
                continue
            if not statement.allow:
                return Decision(False, EXPLICIT.format("a resource-based"))
            grant = max(grant, named)
    if who.service or who.federated:
        return Decision(grant != NOT, IMPLICIT.format("resource-based"))
    if not who.role_arn:  # an account's root user needs no policy in its own account, but for keys
        allowed = grant != NOT or (owner == who.account and not policies.resource_must_allow)
        return Decision(allowed, IMPLICIT.format("resource-based"))
    by_identity = any(_any(d, True, action, resource, lookup) for d in identity)
    by_boundary = boundary is None or any(_any(d, True, action, resource, lookup) for d in boundary)
    by_session = session is None or any(_any(d, True, action, resource, lookup) for d in session)
    if owner != who.account or policies.resource_must_allow:
        if grant == NOT:
            return Decision(False, IMPLICIT.format("resource-based"))
        if owner == who.account and grant == SESSION:
            return Decision(True, "")
        if owner == who.account and grant in (ROLE, ANYONE):
            by_identity = True
    elif grant == SESSION:
        # A grant to the session itself is past its boundary and session policy; a grant to its role is not.
        return Decision(True, "")
    elif grant in (ROLE, ANYONE):
        by_identity = True
    if not by_identity:
        return Decision(False, IMPLICIT.format("identity-based"))
    if not by_boundary:
        return Decision(False, IMPLICIT.format("permissions boundary"))
    return Decision(by_session, IMPLICIT.format("session"))


def _any(document: Document, allow: bool, action: str, resource: str, lookup: Lookup) -> bool:
    return any(
        s.allow is allow and _applies(s, resource, lookup, document.variables) for s in document.for_action(action)
    )


def _applies(statement: Statement, resource: str, lookup: Lookup, variables: bool) -> bool:
    hit = False
    for pattern in statement.resources:
        filled = substitute(pattern, lookup) if variables else pattern
        if filled is not None and glob(filled, resource):
            hit = True
            break
    if hit == statement.resources_inverted:
        return False
    return all(test.holds(lookup, variables) for test in statement.conditions)


def _names(statement: Statement, who: Principal, bounded: bool) -> int:
    if statement.principals is not None:
        return _closest(statement.principals, who)
    excepted = statement.not_principals or {}
    if who.service:
        return NOT if who.service in excepted.get("Service", ()) else ANYONE
    if who.federated:
        return NOT if who.federated in excepted.get("Federated", ()) else ANYONE
    if bounded and not statement.allow:
        return ANYONE  # "will always deny any IAM principal that has a permissions boundary policy attached"
    # Excepting a session takes all of it: the account, the role and the session.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    listed = excepted.get("AWS", ())
    parts: list[tuple[str, ...]] = [(who.root_arn, who.account)]
    if who.role_arn:
        parts += [(who.role_arn, who.role_id), (who.session_arn,)]
    return NOT if all(any(name in listed for name in names) for names in parts) else ANYONE


def _closest(principals: dict[str, tuple[str, ...]], who: Principal) -> int:
    if "*" in principals:
        return ANYONE
    if who.service:
        return SESSION if who.service in principals.get("Service", ()) else NOT
    if who.federated:
        return SESSION if who.federated in principals.get("Federated", ()) else NOT
    closest = NOT
    for name in principals.get("AWS", ()):
        if name == "*":
            closest = max(closest, ANYONE)
        elif name in (who.session_arn, who.role_id) and who.role_arn:
            closest = max(closest, SESSION if name == who.session_arn else ROLE)
        elif name == who.role_arn and who.role_arn:
            closest = max(closest, ROLE)
        elif name in (who.root_arn, who.account):
            closest = max(closest, ACCOUNT)
    return closest
