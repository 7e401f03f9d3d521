"""Customer-managed policies and their versions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
"""

from typing import Any
from urllib.parse import quote

from moto.iam.models import ManagedPolicy, PolicyVersion

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.iam import documents, lookup
from aws.registry import answers

VERSIONS_AT_MOST = 5


def boundary_uses(call: Call, arn: str) -> int:
    return sum(1 for role in stores.iam(call.account).roles.values() if role.permissions_boundary_arn == arn)


def tags_of(policy: ManagedPolicy) -> list[dict[str, str]]:
    tags: dict[str, Any] = policy.tags
    return list(tags.values())


def describe(call: Call, policy: ManagedPolicy) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "PermissionsBoundaryUsageCount": boundary_uses(call, policy.arn),
        "IsAttachable": True,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
    }


def describe_version(version: PolicyVersion) -> dict[str, Any]:
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.is_default,
        "CreateDate": version.create_date,
    }


@answers("iam", "CreatePolicy")
def create_policy(call: Call) -> dict[str, Any]:
    name = lookup.name(call, "PolicyName", 128)
    text = call.required("PolicyDocument")
    documents.check_identity(text, documents.MANAGED_SIZE)
    tags = lookup.tags(call)
    policies = stores.iam(call.account).managed_policies
    if any(existing.name.lower() == name.lower() for existing in policies.values()):
        raise AwsError(
            "EntityAlreadyExists", f"A policy called {name} already exists. Duplicate names are not allowed.", 409
        )
    by_key = {tag["Key"]: tag for tag in tags}
    policy = stores.new_policy(call.account, name, text, lookup.path(call), call.param("Description", ""), by_key)
    policies[policy.arn] = policy
    view = describe(call, policy)
    return {"Policy": view | {"Tags": tags} if tags else view}


@answers("iam", "GetPolicy")
def get_policy(call: Call) -> dict[str, Any]:
    policy = lookup.policy(call)
    view = describe(call, policy)
    if policy.description:
        view["Description"] = policy.description
    if policy.tags:
        view["Tags"] = tags_of(policy)
    return {"Policy": view}


@answers("iam", "ListPolicies")
def list_policies(call: Call) -> dict[str, Any]:
    prefix = call.param("PathPrefix", "/")
    found = [p for p in stores.iam(call.account).managed_policies.values() if p.path.startswith(prefix)]
    if call.param("Scope") == "AWS":
        found = []
    if call.param("OnlyAttached") == "true":
        found = [p for p in found if p.attachment_count]
    found, more = lookup.page(call, sorted(found, key=lambda p: p.name))
    return {"Policies": [describe(call, p) for p in found]} | more


@answers("iam", "DeletePolicy")
def delete_policy(call: Call) -> None:
    policy = lookup.policy(call)
    if policy.attachment_count or boundary_uses(call, policy.arn):
        raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
    if len(policy.versions) > 1:
        raise AwsError(
            "DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you must delete the policy's "
            "versions. The default version is deleted with the policy.",
            409,
        )
    del stores.iam(call.account).managed_policies[policy.arn]


@answers("iam", "CreatePolicyVersion")
def create_version(call: Call) -> dict[str, Any]:
    policy = lookup.policy(call)
    text = call.required("PolicyDocument")
    documents.check_identity(text, documents.MANAGED_SIZE)
    if len(policy.versions) >= VERSIONS_AT_MOST:
        raise AwsError(
            "LimitExceeded",
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
            "existing version.",
            409,
        )
    version = PolicyVersion(policy.arn, text, version_id=f"v{policy.next_version_num}")
    policy.next_version_num += 1
    policy.versions = [*policy.versions, version]
    if call.param("SetAsDefault") == "true":
        make_default(policy, version)
    return {"PolicyVersion": describe_version(version)}


def make_default(policy: ManagedPolicy, chosen: PolicyVersion) -> None:
    # New objects rather than changed ones, so that a lagging replica keeps the old.
    policy.versions = [
        PolicyVersion(v.policy_arn, v.document, v is chosen, v.version_id, v.create_date) for v in policy.versions
    ]
    policy.default_version_id = chosen.version_id
    policy.update_date = chosen.create_date


def version_of(call: Call, policy: ManagedPolicy) -> PolicyVersion:
    wanted = call.required("VersionId")
    for version in policy.versions:
        if version.version_id == wanted:
            return version
    raise lookup.missing(f"Policy {policy.arn} version {wanted} does not exist or is not attachable.")


@answers("iam", "SetDefaultPolicyVersion")
def set_default_version(call: Call) -> None:
    policy = lookup.policy(call)
    make_default(policy, version_of(call, policy))


@answers("iam", "GetPolicyVersion")
def get_version(call: Call) -> dict[str, Any]:
    version = version_of(call, lookup.policy(call))
    return {"PolicyVersion": {"Document": quote(version.document, safe="")} | describe_version(version)}


@answers("iam", "ListPolicyVersions")
def list_versions(call: Call) -> dict[str, Any]:
    found, more = lookup.page(call, lookup.policy(call).versions[::-1])
    return {"Versions": [describe_version(version) for version in found]} | more


@answers("iam", "DeletePolicyVersion")
def delete_version(call: Call) -> None:
    policy = lookup.policy(call)
    version = version_of(call, policy)
    if version.is_default:
        raise AwsError("DeleteConflict", "Cannot delete the default version of a policy.", 409)
    policy.versions = [v for v in policy.versions if v is not version]


@answers("iam", "TagPolicy")
def tag_policy(call: Call) -> None:
    policy = lookup.policy(call)
    policy.tags = {tag["Key"]: tag for tag in lookup.merge_tags(tags_of(policy), lookup.tags(call))}


@answers("iam", "UntagPolicy")
def untag_policy(call: Call) -> None:
    policy = lookup.policy(call)
    keys = {key.lower() for key in call.param("TagKeys") or []}
    policy.tags = {tag["Key"]: tag for tag in tags_of(policy) if tag["Key"].lower() not in keys}


@answers("iam", "ListPolicyTags")
def list_policy_tags(call: Call) -> dict[str, Any]:
    tags, more = lookup.page(call, tags_of(lookup.policy(call)))
    return {"Tags": tags} | more
