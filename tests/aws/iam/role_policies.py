"""What hangs on a role: managed policies, inline policies, instance profiles."""

from typing import Any
from urllib.parse import quote

from aws.call import Call
from aws.errors import AwsError
from aws.iam import documents, lookup
from aws.iam.roles import POLICIES_PER_ROLE
from aws.registry import answers


@answers("iam", "AttachRolePolicy")
def attach(call: Call) -> None:
    role = lookup.role(call)
    policy = lookup.policy(call, "does not exist or is not attachable")
    if policy.arn in role.managed_policies:
        return  # attaching twice is no error
    if len(role.managed_policies) >= POLICIES_PER_ROLE:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {POLICIES_PER_ROLE}", 409)
    policy.attach_to(role)


@answers("iam", "DetachRolePolicy")
def detach(call: Call) -> None:
    role = lookup.role(call)
    arn = call.required("PolicyArn")
    policy = role.managed_policies.get(arn)
    if policy is None:
        raise lookup.missing(f"Policy {arn} was not found.")
    policy.detach_from(role)


@answers("iam", "ListAttachedRolePolicies")
def list_attached(call: Call) -> dict[str, Any]:
    role = lookup.role(call)
    prefix = call.param("PathPrefix", "/")
    found = [p for p in role.managed_policies.values() if p.path.startswith(prefix)]
    found, more = lookup.page(call, found)
    return {"AttachedPolicies": [{"PolicyName": p.name, "PolicyArn": p.arn} for p in found]} | more


@answers("iam", "PutRolePolicy")
def put_inline(call: Call) -> None:
    role = lookup.role(call)
    name = lookup.name(call, "PolicyName", 128)
    text = call.required("PolicyDocument")
    documents.check_identity(text, documents.INLINE_SIZE)
    role.policies[name] = text


@answers("iam", "GetRolePolicy")
def get_inline(call: Call) -> dict[str, Any]:
    role = lookup.role(call)
    name = call.required("PolicyName")
    text = role.policies.get(name)
    if text is None:
        raise lookup.missing(f"The role policy with name {name} cannot be found.")
    return {"RoleName": role.name, "PolicyName": name, "PolicyDocument": quote(text, safe="")}


@answers("iam", "DeleteRolePolicy")
def delete_inline(call: Call) -> None:
    role = lookup.role(call)
    name = call.required("PolicyName")
    if name not in role.policies:
        raise lookup.missing(f"The role policy with name {name} cannot be found.")
    del role.policies[name]


@answers("iam", "ListRolePolicies")
def list_inline(call: Call) -> dict[str, Any]:
    names, more = lookup.page(call, sorted(lookup.role(call).policies))
    return {"PolicyNames": names} | more


@answers("iam", "ListInstanceProfilesForRole")
def list_instance_profiles(call: Call) -> dict[str, Any]:
    found, more = lookup.page(call, lookup.role(call).instance_profile_list)
    views = [
        {
            "Path": profile.path,
            "InstanceProfileName": profile.name,
            "InstanceProfileId": profile.id,
            "Arn": profile.arn,
            "CreateDate": profile.create_date,
        }
        for profile in found
    ]
    return {"InstanceProfiles": views} | more
