"""The policies that a caller brings along."""

from moto.iam.models import ManagedPolicy

from aws import stores
from aws.policy.evaluate import Principal
from aws.principals import Caller


def principal_of(caller: Caller) -> Principal:
    if caller.is_root:
        return Principal(account=caller.account)
    return Principal(caller.account, caller.principal_arn, caller.role_id, caller.arn)


def held(caller: Caller) -> tuple[tuple[str, ...], str | None, tuple[str, ...] | None]:
    """Identity policies, permissions boundary, session policies."""
    role = stores.role(caller.account, caller.role)
    if role is None or role.id != caller.role_id:
        return (), None, None
    attached = tuple(default_document(policy) for policy in role.managed_policies.values())
    boundary = None
    if role.permissions_boundary_arn:
        policy = stores.policy(caller.account, role.permissions_boundary_arn)
        # A boundary that is gone allows nothing.
        boundary = default_document(policy) if policy else NOTHING
    return attached + tuple(role.policies.values()), boundary, caller.session_policies or None


NOTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}'


def default_document(policy: ManagedPolicy) -> str:
    return next(version.document for version in policy.versions if version.is_default)
