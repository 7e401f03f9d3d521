"""Acts on the tenant's IAM roles and policies."""

import json
from collections.abc import Callable

from e2e.careless.act import EVERYTHING, Act, Target, document


def _role(purpose: str) -> Callable[[Target], str]:
    return lambda target: f"iam-role/{target.role(purpose)}"


def _widen(target: Target) -> object:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return target.aws.iam.create_policy_version(
        PolicyArn=target.policy_arn("uploader"), PolicyDocument=policy, SetAsDefault=True
    )


def _policy(target: Target) -> object:
    arn = target.policy_arn("uploader")
    version = target.aws.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = target.aws.iam.get_policy_version(PolicyArn=arn, VersionId=version)
    return document(answer["PolicyVersion"]["Document"])


def _attach(target: Target) -> object:
    iam = target.aws.iam
    name = f"administrator-access-for-{target.tenant}"
    made = iam.create_policy(PolicyName=name, PolicyDocument=EVERYTHING)["Policy"]["Arn"]
    return iam.attach_role_policy(RoleName=target.role("etl"), PolicyArn=made)


def _attached(target: Target) -> object:
    answer = target.aws.iam.list_attached_role_policies(RoleName=target.role("etl"))
    return sorted(policy["PolicyArn"] for policy in answer["AttachedPolicies"])


def _put_inline(target: Target) -> object:
    return target.aws.iam.put_role_policy(
        RoleName=target.role("etl"), PolicyName="quick-fix", PolicyDocument=EVERYTHING
    )


def _inline(target: Target) -> object:
    return target.aws.iam.list_role_policies(RoleName=target.role("etl"))["PolicyNames"]


def _open(target: Target) -> object:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{target.aws.number}:root"},
        "Action": "sts:AssumeRole",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return target.aws.iam.update_assume_role_policy(RoleName=target.role("uploader"), PolicyDocument=policy)


def _trust(target: Target) -> object:
    answer = target.aws.iam.get_role(RoleName=target.role("uploader"))
    return document(answer["Role"]["AssumeRolePolicyDocument"])


def _unbind(target: Target) -> object:
    return target.aws.iam.delete_role_permissions_boundary(RoleName=target.role("warehouse"))


def _boundary(target: Target) -> object:
    answer = target.aws.iam.get_role(RoleName=target.role("warehouse"))
    return answer["Role"].get("PermissionsBoundary")


ACTS = [
    Act(
        "gives uploaders s3:* on everything",
        "ClientTenant",
        lambda target: f"iam-policy/{target.role('uploader')}",
        "document",
        _widen,
        _policy,
    ),
    Act(
        "makes ETL an administrator",
        "ClientTenant",
        _role("etl"),
        "attached",
        _attach,
        _attached,
    ),
    Act("adds an inline policy", "ClientTenant", _role("etl"), "inline", _put_inline, _inline),
    Act("lets the account upload", "ClientTenant", _role("uploader"), "trust", _open, _trust),
    Act(
        "lifts a permission boundary",
        "ClientTenant",
        _role("warehouse"),
        "boundary",
        _unbind,
        _boundary,
    ),
]
