"""What an IAM call needs permission for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from typing import Any

from moto.iam.models import Role

from aws import stores
from aws.authorization.demand import Demand, request_tags, resource_tags
from aws.call import Call
from aws.iam import service_linked
from aws.policy.context import Context

# iam:PermissionsBoundary is the boundary that the call names, or the one that the role has; other calls lack the key.
NAMES_BOUNDARY = {"CreateRole", "PutRolePermissionsBoundary"}
UNDER_BOUNDARY = {
    "AttachRolePolicy",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "PutRolePolicy",
}
CREATES_TAGGED = {
    "CreateRole": "iam:TagRole",
    "CreatePolicy": "iam:TagPolicy",
    "CreateInstanceProfile": "iam:TagInstanceProfile",
}


def demands(call: Call) -> list[Demand]:
    action = f"iam:{call.operation}"
    tags = {
        tag["Key"]: tag.get("Value", "") for tag in call.param("Tags") or [] if isinstance(tag, dict) and "Key" in tag
    }
    context = request_tags(tags)
    if call.operation.startswith("Untag"):
        context["aws:tagkeys"] = list(call.param("TagKeys") or [])
    resource = "*"
    if call.param("InstanceProfileName"):
        resource = _profile(call, context)
    elif call.param("RoleName"):
        resource = _role(call, context)
    elif call.param("PolicyArn") and not call.param("UserName") and not call.param("GroupName"):
        resource = call.params["PolicyArn"]
        policy = stores.policy(call.account, resource)
        if policy is not None:
            policy_tags: dict[str, Any] = policy.tags
            context |= _tags({key: tag["Value"] for key, tag in policy_tags.items()})
    elif call.operation == "CreatePolicy":
        resource = f"arn:aws:iam::{call.account}:policy{call.param('Path', '/')}{call.param('PolicyName', '')}"
    elif call.operation == "CreateServiceLinkedRole":
        service = str(call.param("AWSServiceName") or "")
        resource = service_linked.arn(call.account, service)
        context["iam:awsservicename"] = [service]
    if call.param("PolicyArn"):
        context["iam:policyarn"] = [call.params["PolicyArn"]]
    needed = [Demand(action, resource, call.account, context)]
    if tags and call.operation in CREATES_TAGGED:
        needed.append(Demand(CREATES_TAGGED[call.operation], resource, call.account, context))
    if call.operation == "AddRoleToInstanceProfile":
        needed += _passed(call)
    return needed


def _profile(call: Call, context: Context) -> str:
    name = call.params["InstanceProfileName"]
    found = stores.iam(call.account).instance_profiles.get(name)
    if call.operation == "CreateInstanceProfile" or found is None:
        return f"arn:aws:iam::{call.account}:instance-profile{call.param('Path', '/')}{name}"
    profile_tags: Any = found.tags
    context |= _tags({tag["Key"]: tag["Value"] for tag in profile_tags})
    return str(found.arn)


def _passed(call: Call) -> list[Demand]:
    """ "The caller of this operation must be granted the PassRole permission on the IAM role".

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
    """
    role = stores.role(call.account, str(call.param("RoleName", "")))
    context: Context = {"iam:passedtoservice": ["ec2.amazonaws.com"]}
    return [Demand("iam:PassRole", role.arn, call.account, context)] if role else []


def _role(call: Call, context: Context) -> str:
    """The role's ARN; fills in the context what the role has."""
    name = call.params["RoleName"]
    role: Role | None = stores.role(call.account, name)
    given = call.param("PermissionsBoundary")
    if call.operation in NAMES_BOUNDARY:
        if given:
            context["iam:permissionsboundary"] = [given]
    elif call.operation in UNDER_BOUNDARY and role is not None and role.permissions_boundary_arn:
        context["iam:permissionsboundary"] = [role.permissions_boundary_arn]
    if call.operation == "CreateRole" or role is None:
        return f"arn:aws:iam::{call.account}:role{call.param('Path', '/')}{name}"
    role_tags: Any = role.tags
    context |= _tags({tag["Key"]: tag["Value"] for tag in role_tags})
    return role.arn


def _tags(tags: dict[str, str]) -> Context:
    return resource_tags(tags) | resource_tags(tags, "iam:resourcetag")
