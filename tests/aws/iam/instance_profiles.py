"""Instance profiles. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html and more."""

from typing import Any

from moto.iam.models import InstanceProfile

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.iam import lookup
from aws.iam.roles import describe as describe_role
from aws.registry import answers

NAME = "InstanceProfileName"


def _tags(found: InstanceProfile) -> list[dict[str, str]]:
    tags: Any = found.tags
    return list(tags)


def _find(call: Call) -> InstanceProfile:
    name = call.required(NAME)
    found: InstanceProfile | None = stores.iam(call.account).instance_profiles.get(name)
    if found is None:
        raise lookup.missing(f"Instance Profile {name} cannot be found.")
    return found


def _describe(found: InstanceProfile, tags: bool = True) -> dict[str, Any]:
    view: dict[str, Any] = {
        "Path": found.path,
        NAME: found.name,
        "InstanceProfileId": found.id,
        "Arn": found.arn,
        "CreateDate": found.create_date,
        "Roles": [describe_role(role, tags=False) for role in found.roles],
    }
    return view | ({"Tags": _tags(found)} if tags and found.tags else {})


@answers("iam", "CreateInstanceProfile")
def create(call: Call) -> dict[str, Any]:
    name = lookup.name(call, NAME, 128)
    known = stores.iam(call.account).instance_profiles
    if any(each.lower() == name.lower() for each in known):
        raise AwsError("EntityAlreadyExists", f"Instance Profile {name} already exists.", 409)
    made = stores.new_instance_profile(call.account, name, lookup.path(call), lookup.tags(call))
    known[name] = made
    return {"InstanceProfile": _describe(made)}


@answers("iam", "GetInstanceProfile")
def get(call: Call) -> dict[str, Any]:
    return {"InstanceProfile": _describe(_find(call))}


@answers("iam", "ListInstanceProfiles")
def list_all(call: Call) -> dict[str, Any]:
    prefix = call.param("PathPrefix", "/")
    known = sorted(stores.iam(call.account).instance_profiles.values(), key=lambda each: each.name)
    found, more = lookup.page(call, [each for each in known if each.path.startswith(prefix)])
    return {"InstanceProfiles": [_describe(each, tags=False) for each in found]} | more


@answers("iam", "DeleteInstanceProfile")
def delete(call: Call) -> None:
    found = _find(call)
    if found.roles:
        raise AwsError("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.", 409)
    del stores.iam(call.account).instance_profiles[found.name]


@answers("iam", "AddRoleToInstanceProfile")
def add_role(call: Call) -> None:
    """ "An instance profile can contain only one role, and this quota cannot be increased." """
    found, role = _find(call), lookup.role(call)
    if found.roles:
        raise AwsError("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", 409)
    found.roles = [role]


@answers("iam", "RemoveRoleFromInstanceProfile")
def remove_role(call: Call) -> None:
    found, name = _find(call), call.required("RoleName")
    if all(role.name != name for role in found.roles):
        raise lookup.missing(f"The role with name {name} cannot be found.")
    found.roles = []


@answers("iam", "TagInstanceProfile")
def tag(call: Call) -> None:
    found = _find(call)
    found.tags = lookup.merge_tags(_tags(found), lookup.tags(call))


@answers("iam", "UntagInstanceProfile")
def untag(call: Call) -> None:
    found = _find(call)
    keys = {key.lower() for key in call.param("TagKeys") or []}
    found.tags = [each for each in _tags(found) if each["Key"].lower() not in keys]


@answers("iam", "ListInstanceProfileTags")
def list_tags(call: Call) -> dict[str, Any]:
    tags, more = lookup.page(call, _tags(_find(call)))
    return {"Tags": tags} | more
