"""GetAccountAuthorizationDetails: a whole account's roles and policies in a few pages.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
The operator reads this once for everything it owns, so it must be right and fast: what an object renders to is kept
with the values it was rendered from. As in AWS, policies come without their tags, and roles without description and
session duration: those need calls of their own.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from moto.iam.models import ManagedPolicy, Role

from aws import render, stores
from aws.call import Call
from aws.iam import lookup
from aws.iam.policies import describe_version
from aws.iam.roles import describe as describe_role
from aws.registry import answers
from aws.render import Raw

RENDERED = "cloister_rendered"
ROLES, POLICIES = "Role", "LocalManagedPolicy"


@answers("iam", "GetAccountAuthorizationDetails")
def get_account_authorization_details(call: Call) -> dict[str, Any]:
    wanted = call.param("Filter") or ["User", ROLES, "Group", POLICIES]
    backend = stores.iam(call.account)
    found: list[Role | ManagedPolicy] = []
    if ROLES in wanted:
        found += sorted(backend.roles.values(), key=lambda role: role.name)
    if POLICIES in wanted:
        found += sorted(backend.managed_policies.values(), key=lambda policy: policy.name)
    found, more = lookup.page(call, found)
    boundaries = Counter(role.permissions_boundary_arn for role in backend.roles.values())
    roles = [_role(one) for one in found if isinstance(one, Role)]
    policies = [_policy(one, boundaries[one.arn]) for one in found if isinstance(one, ManagedPolicy)]
    return {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": Raw("".join(roles)),
        "Policies": Raw("".join(policies)),
    } | more


def _kept(owner: Any, values: tuple[Any, ...], pieces: Iterator[dict[str, Any]]) -> str:
    kept = owner.__dict__.get(RENDERED)
    if kept is not None and kept[0] == values:
        return str(kept[1])
    text = f"<member>{render.xml(next(pieces))}</member>"
    owner.__dict__[RENDERED] = (values, text)
    return text


def _role(role: Role) -> str:
    values = (
        role.path, role.assume_role_policy_document, role.permissions_boundary_arn, str(role.tags),
        tuple(role.managed_policies), tuple(role.policies.items()), len(role.instance_profile_list),
    )  # fmt: skip
    return _kept(role, values, _role_view(role))


def _role_view(role: Role) -> Iterator[dict[str, Any]]:
    view = describe_role(role)
    view.pop("Description", None)
    view.pop("MaxSessionDuration", None)
    yield view | {
        "InstanceProfileList": [{"InstanceProfileName": p.name, "Arn": p.arn} for p in role.instance_profile_list],
        "RolePolicyList": [
            {"PolicyName": name, "PolicyDocument": quote(text, safe="")} for name, text in role.policies.items()
        ],
        "AttachedManagedPolicies": [{"PolicyName": p.name, "PolicyArn": p.arn} for p in role.managed_policies.values()],
        "RoleLastUsed": {},
    }


def _policy(policy: ManagedPolicy, boundary_uses: int) -> str:
    values = (
        policy.default_version_id, policy.attachment_count, boundary_uses,
        tuple((v.version_id, v.is_default) for v in policy.versions),
    )  # fmt: skip
    return _kept(policy, values, _policy_view(policy, boundary_uses))


def _policy_view(policy: ManagedPolicy, boundary_uses: int) -> Iterator[dict[str, Any]]:
    yield {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "PermissionsBoundaryUsageCount": boundary_uses,
        "IsAttachable": True,
        "Description": policy.description or None,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": [{"Document": quote(v.document, safe="")} | describe_version(v) for v in policy.versions],
    }
