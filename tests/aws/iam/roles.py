"""Roles. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html and its neighbours."""

from typing import Any
from urllib.parse import quote

from moto.iam.models import Role

from aws import stores
from aws.call import Call
from aws.errors import AwsError, unsatisfied
from aws.iam import documents, lookup
from aws.iam.renamed import forget_role
from aws.registry import answers

POLICIES_PER_ROLE = 10


def tags_of(found: Role) -> list[dict[str, str]]:
    tags: Any = found.tags  # moto writes dictionaries or lists here, ours are lists
    return list(tags)


def describe(found: Role, tags: bool = True) -> dict[str, Any]:
    view: dict[str, Any] = {
        "Path": found.path,
        "RoleName": found.name,
        "RoleId": found.id,
        "Arn": found.arn,
        "CreateDate": found.create_date,
        "AssumeRolePolicyDocument": quote(found.assume_role_policy_document, safe=""),
        "Description": found.description or None,
        "MaxSessionDuration": found.max_session_duration,
    }
    if found.permissions_boundary_arn:
        view["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": found.permissions_boundary_arn,
        }
    if tags and found.tags:
        view["Tags"] = tags_of(found)
    return view


def boundary(call: Call, required: bool) -> str | None:
    arn: str | None = call.required("PermissionsBoundary") if required else call.param("PermissionsBoundary")
    if arn is not None and stores.policy(call.account, arn) is None:
        raise lookup.missing(f"Policy {arn} does not exist or is not attachable.")
    return arn


def session_duration(call: Call) -> str:
    seconds = int(call.param("MaxSessionDuration", 3600))
    if not 3600 <= seconds <= 43200:
        raise unsatisfied(
            "ValidationError", "maxSessionDuration", seconds, "Member must have value between 3600 and 43200"
        )
    return str(seconds)


@answers("iam", "CreateRole")
def create_role(call: Call) -> dict[str, Any]:
    name = lookup.name(call, "RoleName", 64)
    trust = call.required("AssumeRolePolicyDocument")
    documents.check_trust(trust)
    roles = stores.iam(call.account).roles
    if any(existing.lower() == name.lower() for existing in roles):  # names are unique regardless of case
        raise AwsError("EntityAlreadyExists", f"Role with name {name} already exists.", 409)
    role = stores.new_role(
        call.account,
        name,
        trust,
        lookup.path(call),
        permissions_boundary=boundary(call, required=False),
        description=call.param("Description", ""),
        tags=lookup.tags(call),
        max_session_duration=session_duration(call),
    )
    roles[name] = role
    return {"Role": describe(role)}


@answers("iam", "GetRole")
def get_role(call: Call) -> dict[str, Any]:
    return {"Role": describe(lookup.role(call)) | {"RoleLastUsed": {}}}


@answers("iam", "ListRoles")
def list_roles(call: Call) -> dict[str, Any]:
    prefix = call.param("PathPrefix", "/")
    found = [role for role in stores.iam(call.account).roles.values() if role.path.startswith(prefix)]
    found, more = lookup.page(call, sorted(found, key=lambda role: role.name))
    # "this operation does not return the following attributes": boundary, last use, tags
    views = [describe(role, tags=False) for role in found]
    for view in views:
        view.pop("PermissionsBoundary", None)
    return {"Roles": views} | more


@answers("iam", "DeleteRole")
def delete_role(call: Call) -> None:
    role = lookup.role(call)
    if role.instance_profile_list:
        raise AwsError("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.", 409)
    if role.managed_policies:
        raise AwsError("DeleteConflict", "Cannot delete entity, must detach all policies first.", 409)
    if role.policies:
        raise AwsError("DeleteConflict", "Cannot delete entity, must delete policies first.", 409)
    del stores.iam(call.account).roles[role.name]
    forget_role(role)


@answers("iam", "UpdateAssumeRolePolicy")
def update_assume_role_policy(call: Call) -> None:
    role = lookup.role(call)
    text = call.required("PolicyDocument")
    documents.check_trust(text)
    role.assume_role_policy_document = text


@answers("iam", "UpdateRole")
def update_role(call: Call) -> dict[str, Any]:
    """Parameters that are left out stay as they are. (UpdateRoleDescription is the older call.)"""
    role = lookup.role(call)
    if "Description" in call.params:
        role.description = call.params["Description"]
    if "MaxSessionDuration" in call.params:
        role.max_session_duration = session_duration(call)
    return {}


@answers("iam", "UpdateRoleDescription")
def update_role_description(call: Call) -> dict[str, Any]:
    role = lookup.role(call)
    role.description = call.param("Description", "")
    return {"Role": describe(role)}


@answers("iam", "PutRolePermissionsBoundary")
def put_boundary(call: Call) -> None:
    lookup.role(call).permissions_boundary_arn = boundary(call, required=True)


@answers("iam", "DeleteRolePermissionsBoundary")
def delete_boundary(call: Call) -> None:
    role = lookup.role(call)
    if not role.permissions_boundary_arn:
        raise lookup.missing(f"Role {role.name} does not have a permission boundary")
    role.permissions_boundary_arn = None


@answers("iam", "TagRole")
def tag_role(call: Call) -> None:
    role = lookup.role(call)
    role.tags = lookup.merge_tags(tags_of(role), lookup.tags(call))


@answers("iam", "UntagRole")
def untag_role(call: Call) -> None:
    role = lookup.role(call)
    keys = {key.lower() for key in call.param("TagKeys") or []}
    role.tags = [tag for tag in tags_of(role) if tag["Key"].lower() not in keys]


@answers("iam", "ListRoleTags")
def list_role_tags(call: Call) -> dict[str, Any]:
    tags, more = lookup.page(call, tags_of(lookup.role(call)))
    return {"Tags": tags} | more
