"""Whether what a call touches carries our tag, as of before the call."""

from typing import Any

from moto.iam.models import Role

from aws import stores
from aws.authorization import cloudtrail, dynamodb, ec2, logs, monitoring, redshift
from aws.call import Call
from aws.invariants.safeguards import MANAGED
from aws.redshift import clock
from aws.redshift.tags import resources

ADOPTING = {
    "AddTags", "PutBucketTagging", "CreateTags", "TagResource", "TagRole", "TagPolicy", "TagQueue",
    "TagInstanceProfile",
}  # fmt: skip
CREATING = {
    "CreateKey", "CreateRole", "CreatePolicy", "CreateQueue", "CreateBucket", "CreateCluster",
    "CreateClusterParameterGroup", "CreateClusterSubnetGroup", "CreateSnapshotCopyGrant", "CreateLogGroup",
    "RunInstances", "CreateLaunchTemplate", "AllocateHosts", "CreateInstanceProfile", "CreateTrail", "CreateFlowLogs",
    "CreateTable",
}  # fmt: skip
ALIASES = {"UpdateAlias", "DeleteAlias"}


def adopts(call: Call) -> bool:
    """Tagging is how a foreign resource is taken over, when that is asked for; CreateBucket changes none."""
    return call.operation in ADOPTING or call.operation in CREATING


def role_tags(role: Role) -> dict[str, str]:
    tags: Any = role.tags
    return {tag["Key"]: tag["Value"] for tag in tags}


def ours(call: Call) -> bool | None:
    if call.operation in CREATING:
        return None
    if call.service == "kms":
        return _key(call)
    if call.service == "iam":
        return _iam(call)
    if call.service == "sqs":
        name = str(call.param("QueueUrl", "")).rpartition("/")[2]
        queue = stores.sqs(call.account, call.region).queues.get(name)
        return None if queue is None else MANAGED in stores.queue_record(queue).tags
    if call.service == "logs":
        group = logs.group(call)
        return None if group is None else MANAGED in group.tags
    if call.service == "monitoring":
        alarm = monitoring.alarm(call)
        return None if alarm is None else MANAGED in alarm.tags
    if call.service == "cloudtrail":
        trail = cloudtrail.trail(call)
        return None if trail is None else MANAGED in trail.tags
    if call.service == "dynamodb":
        table = dynamodb.table(call)
        return None if table is None else MANAGED in stores.table_record(table).tags
    if call.service == "redshift":
        return _warehouse(call)
    if call.service == "ec2":
        found = [ec2.tags_of(call.account, call.region, each) for each in ec2.named(call)]
        return all(MANAGED in tags for tags in found) if found else None
    return None


def _warehouse(call: Call) -> bool | None:
    here = clock.current(call.account, call.region)
    about = redshift.resources_of(call)
    found = [each for _, arn, each in resources(here, call.account, call.region) if arn in about]
    return all(MANAGED in each.tags for each in found) if found else None


def _key(call: Call) -> bool | None:
    keys = stores.kms(call.account, call.region).keys
    name = str(call.param("KeyId") or call.param("TargetKeyId") or "")
    names = [name.rpartition("/")[2]] if name else []
    if call.operation in ALIASES:  # an alias has no tags: it is whose its key is
        names.append(stores.aliases(call.account, call.region).get(str(call.param("AliasName", "")), ""))
    found = [keys[each] for each in names if each in keys]
    return all(MANAGED in stores.key_record(key).tags for key in found) if found else None


def _iam(call: Call) -> bool | None:
    profile = stores.iam(call.account).instance_profiles.get(str(call.param("InstanceProfileName", "")))
    if profile is not None:
        profile_tags: Any = profile.tags
        return MANAGED in {tag["Key"] for tag in profile_tags}
    role = stores.role(call.account, str(call.param("RoleName", "")))
    if role is not None:
        return MANAGED in role_tags(role)
    policy = stores.policy(call.account, str(call.param("PolicyArn", "")))
    if policy is not None and not call.param("RoleName"):
        tags: Any = policy.tags
        return MANAGED in tags
    return None
