"""Whether CloudTrail can write into the log group that it is told of, by the role that it is given.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
"""

from aws import stores
from aws.cloudtrail.records import Trail
from aws.errors import AwsError
from aws.logs.records import groups
from aws.policy import context
from aws.policy.document import TRUST
from aws.policy.evaluate import Policies, Principal, decide
from aws.policy.held import default_document

SERVICE = "cloudtrail.amazonaws.com"


def checked(trail: Trail) -> None:
    group, role = (trail.settings.get(f"CloudWatchLogs{each}Arn") or "" for each in ("LogGroup", "Role"))
    if not group and not role:
        return
    if bool(group) != bool(role):
        message = "You must specify both the CloudWatch Logs log group and the role."
        raise AwsError("InvalidParameterCombinationException", message)
    name = group.partition(":log-group:")[2].removesuffix(":*")
    if not group.endswith(":*") or name not in groups(trail.account, trail.region):
        raise AwsError("InvalidCloudWatchLogsLogGroupArnException", f"CloudTrail cannot validate the log group {group}")
    if not _trusted(trail, role) or not _may_write(trail, role, name):
        message = f"Access denied. Verify in IAM that the role has adequate permissions: {role}"
        raise AwsError("InvalidCloudWatchLogsRoleArnException", message)


def _trusted(trail: Trail, role: str) -> bool:
    """Whether the role's trust policy lets CloudTrail take it on. It is not documented to say for which trail."""
    found = stores.role(trail.account, role.rpartition("/")[2])
    if found is None or found.arn != role:
        return False
    about = context.lookup_in({})
    policies = Policies(resource=found.assume_role_policy_document, resource_kind=TRUST)
    return decide(Principal(service=SERVICE), trail.account, "sts:AssumeRole", role, about, policies).allowed


def _may_write(trail: Trail, role: str, name: str) -> bool:
    found = stores.role(trail.account, role.rpartition("/")[2])
    assert found is not None
    identity = (*(default_document(policy) for policy in found.managed_policies.values()), *found.policies.values())
    bound = stores.policy(trail.account, found.permissions_boundary_arn or "")
    policies = Policies(identity, default_document(bound) if bound else None)
    who = Principal(trail.account, role, found.id, f"arn:aws:sts::{trail.account}:assumed-role/{found.name}/trail")
    stream = f"{trail.account}_CloudTrail_{trail.region}"
    arn = f"arn:aws:logs:{trail.region}:{trail.account}:log-group:{name}:log-stream:{stream}"
    about = context.lookup_in({})
    actions = ("logs:CreateLogStream", "logs:PutLogEvents")
    return all(decide(who, trail.account, action, arn, about, policies).allowed for action in actions)
