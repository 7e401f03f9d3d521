"""How each setting that a safeguard is judged by is broken by hand, most of them as the drift tests do."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from drift.access import flip_key, flip_policy, flip_role
from drift.alarms import flip_alarm
from drift.audit import flip_audit_bucket, flip_trail
from drift.documents import flipped
from drift.flows import flip_flow_log
from drift.guardrails import READ as GUARDRAILS
from drift.guardrails import flip_guardrail
from drift.machines import flip_profile, flip_template
from drift.snapshot import snapshot
from drift.storage import flip_bucket, flip_queue
from drift.warehouse import RECOVERY, flip_cluster, flip_log_group, flip_parameter_group
from drift.warehouse import Spare as Vault
from e2e.account import AUDIT, Account
from e2e.world import World
from evidence import apps, cluster_log, worker_nodes

_STRANGER = {"AWS": "arn:aws:iam::333333333333:root"}


@dataclass(frozen=True)
class Spare:
    """What things of the tenant are flipped to."""

    vault: Vault
    policy: str

    @classmethod
    def of(cls, world: World) -> "Spare":
        aws: Any = world.aws
        key = aws.kms.create_key(Tags=[{"TagKey": "cloister.dev/managed-by", "TagValue": "cloister"}])
        there: Any = aws.in_region(RECOVERY).kms
        nothing = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
        policy = aws.iam.create_policy(PolicyName="stray", PolicyDocument=json.dumps(nothing))["Policy"]["Arn"]
        recovery = there.create_key()["KeyMetadata"]["Arn"]
        return cls(Vault(world.endpoints.control, key["KeyMetadata"]["Arn"], recovery, ""), policy)


def flip(world: World, spare: Spare, safeguard: str, resource: str, field: str) -> None:
    """Breaks it so that this safeguard does not hold."""
    kind, _, name = resource.partition("/")
    part, _, rest = field.partition(".")
    aws = world.aws.in_region(RECOVERY) if kind.startswith(("recovery-", "replica-")) else world.aws
    own = _OWN.get((safeguard, kind.removeprefix("recovery-").replace("replica-", "s3-"), field))
    if own:
        return own(aws, name)
    if kind == DRILL:
        return record(world, name, _drill_that_is_none(seen(world, resource), field))
    if kind == cluster_log.KIND:
        return cluster_log.flip(world, field)
    if kind == worker_nodes.KIND:
        return worker_nodes.flip(world, name, field)
    if kind in apps.KINDS or kind == apps.TABLE:
        return apps.flip(world, kind, name, field)
    if kind in GUARDRAILS:
        return flip_guardrail(aws, kind, field)
    if kind == "audit-bucket":
        return flip_audit_bucket(aws.of_account(AUDIT), name, field)
    if part == "policy":
        return _EDIT[kind](aws, name, lambda document: _without(document, rest))
    return {
        "s3-bucket": lambda: flip_bucket(aws, name, field, spare.vault.key),
        "replica-bucket": lambda: flip_bucket(aws, name, field, spare.vault.recovery_key),
        "sqs-queue": lambda: flip_queue(aws, name, field, spare.vault.key),
        "kms-key": lambda: flip_key(aws, name, field),
        "audit-key": lambda: flip_key(aws, name, field),
        "signing-key": lambda: flip_key(aws, name, field),
        "cloudwatch-alarm": lambda: flip_alarm(aws, name, field),
        "flow-log": lambda: flip_flow_log(aws, name),
        "trail": lambda: flip_trail(aws, name, field, aws.of_account(AUDIT)),
        "recovery-kms-key": lambda: flip_key(aws, name, field),
        "iam-policy": lambda: flip_policy(aws, name, f"{field}.action"),
        "iam-role": lambda: _role(aws, name, field, spare.policy),
        "iam-instance-profile": lambda: flip_profile(aws, name, field),
        "ec2-launch-template": lambda: flip_template(aws, name, field),
        "redshift-cluster": lambda: flip_cluster(aws, name, field, spare.vault),
        "redshift-parameter-group": lambda: flip_parameter_group(aws, name, field),
        "log-group": lambda: flip_log_group(aws, name, field),
    }[kind]()


DRILL = "recovery-drill"


def seen(world: World, resource: str) -> Any:
    """A thing as it is now, to be compared with later."""
    kind, _, name = resource.partition("/")
    if kind == DRILL:
        return world.cluster.get("ClientTenant", name)["status"]["lastDrill"]
    if kind == cluster_log.KIND:
        return cluster_log.seen(world)
    if kind == worker_nodes.KIND:
        return None  # they come and go
    if kind in apps.KINDS or kind == apps.TABLE:
        return apps.seen(world, kind, name)
    return snapshot(world.aws, world.cluster, resource)


def record(world: World, name: str, drill: Any) -> None:
    """Who writes it down by hand; the operator leaves it to the drill."""
    world.cluster.set_status("ClientTenant", name, {"lastDrill": drill})


def mend(world: World, resource: str, was: Any) -> None:
    """What is not the operator's to mend."""
    kind, _, name = resource.partition("/")
    if kind == DRILL:
        record(world, name, was)
    elif kind == cluster_log.KIND:
        cluster_log.mend(world, was)
    elif kind == worker_nodes.KIND:
        worker_nodes.mend(world)


def _drill_that_is_none(drill: Any, field: str) -> Any:
    wrong = {"result": "Differs", "seconds": 72 * 3600 + 1}
    return drill | ({"at": "2020-01-31T00:00:00Z"} if field == "ageDays" else {field: wrong[field]})


Edit = Callable[[dict[str, Any]], dict[str, Any]]


def _bucket(aws: Account, name: str, edit: Edit) -> None:
    s3: Any = aws.s3
    held = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(edit(held)))


def _key(aws: Account, alias: str, edit: Edit) -> None:
    kms: Any = aws.kms
    key = kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
    held = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(edit(held)))


def _queue(aws: Account, name: str, edit: Edit) -> None:
    sqs: Any = aws.sqs
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    held = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    text = json.dumps(edit(held)) if edit(held)["Statement"] else ""
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})


def _identity(aws: Account, name: str, edit: Edit) -> None:
    iam: Any = aws.iam
    arn = f"arn:aws:iam::{aws.number}:policy/cloister/{name}"
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    default = next(one["VersionId"] for one in versions if one["IsDefaultVersion"])
    held = iam.get_policy_version(PolicyArn=arn, VersionId=default)["PolicyVersion"]["Document"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(edit(held)), SetAsDefault=True)


_EDIT: dict[str, Callable[[Account, str, Edit], None]] = {
    "s3-bucket": _bucket,
    "replica-bucket": _bucket,
    "kms-key": _key,
    "audit-key": _key,
    "signing-key": _key,
    "recovery-kms-key": _key,
    "sqs-queue": _queue,
    "iam-policy": _identity,
}


def _without(document: dict[str, Any], sid: str) -> dict[str, Any]:
    return document | {"Statement": [one for one in document["Statement"] if one.get("Sid") != sid]}


def _with(statement: dict[str, Any]) -> Edit:
    return lambda document: document | {"Statement": [*document["Statement"], {"Sid": "QuickFix", **statement}]}


def _role(aws: Account, name: str, field: str, stray: str) -> None:
    if field != "trust":
        return flip_role(aws, name, field, stray)
    iam: Any = aws.iam
    held = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    text = flipped(json.dumps(held), f"{held['Statement'][0]['Sid']}.principal")
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=text)
    return None


def _allow_guest(aws: Account, bucket: str) -> None:
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    _bucket(aws, bucket, _with({**read, "Principal": _STRANGER}))


def _unlock(aws: Account, bucket: str) -> None:
    s3: Any = aws.s3
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})


def _disable(aws: Account, alias: str) -> None:
    """The key's own policy guards it, so who disables it changes that first."""
    kms: Any = aws.kms
    _key(aws, alias, lambda document: _without(document, "GuardedAgainstLoss"))
    root = {"AWS": f"arn:aws:iam::{aws.number}:root"}
    _key(aws, alias, _with({"Effect": "Allow", "Principal": root, "Action": "kms:DisableKey", "Resource": "*"}))
    kms.disable_key(KeyId=kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"])


def _lend(aws: Account, alias: str) -> None:
    _key(aws, alias, _with({"Effect": "Allow", "Principal": _STRANGER, "Action": "kms:Decrypt", "Resource": "*"}))


def _decrypt_all(aws: Account, policy: str) -> None:
    _identity(aws, policy, _with({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}))


def _read_all(aws: Account, policy: str) -> None:
    _identity(aws, policy, _with({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}))


# Where several safeguards are judged by one field, or another value is as good for one of them.
_OWN: dict[tuple[str, str, str], Callable[[Account, str], None]] = {
    ("S8", "s3-bucket", "objectLock.mode"): _unlock,
    ("S12", "s3-bucket", "policy"): _allow_guest,
    ("K2", "kms-key", "state"): _disable,
    ("T2", "audit-key", "state"): _disable,
    ("T2", "signing-key", "state"): _disable,
    ("K3", "kms-key", "policy"): _lend,
    ("K4", "iam-policy", "document"): _decrypt_all,
    ("I1", "iam-policy", "document"): _read_all,
    ("I3", "iam-policy", "document"): _read_all,
}
