"""The log group of the cluster's audit log, as a platform team makes it, and how it is broken by hand."""

import json
from typing import Any

from e2e.account import Account
from e2e.loopback import HTTP
from e2e.shipper import Shipper
from e2e.world import World

KIND = "kubernetes-audit-log"
GROUP = "/aws/eks/platform/cluster"
PREFIX = "kube-apiserver-audit"
SPEC = {"kubernetes": {"logGroup": GROUP}}
SIX_YEARS = 2192
# What ships may do no more than that.
ROLE, _RIGHTS = "fluent-bit", "ships"


def make(aws: Account) -> None:
    """The group under a key, and the role of what ships into it."""
    logs: Any = aws.logs
    logs.create_log_group(logGroupName=GROUP, kmsKeyId=_key(aws))
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=SIX_YEARS)
    iam: Any = aws.iam
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{aws.number}:root"}, "Action": "sts:AssumeRole"}
    if ROLE not in [one["RoleName"] for one in iam.list_roles()["Roles"]]:
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_document(trust))
    _let_ship(aws)


def shipper(world: World, aws: Account) -> Shipper:
    log = world.platform.control_plane.layout.audit_log
    return Shipper(aws.as_role(ROLE).logs, log, GROUP, f"{PREFIX}-local")


def seen(world: World) -> Any:
    """Its settings; what ships goes on meanwhile."""
    logs: Any = world.aws.logs
    groups = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    return [{name: one.get(name) for name in ("kmsKeyId", "retentionInDays")} for one in groups]


def flip(world: World, field: str) -> None:
    logs: Any = world.aws.logs
    iam: Any = world.aws.iam
    if field == "kmsKey":
        logs.disassociate_kms_key(logGroupName=GROUP)
    elif field == "retentionDays":
        logs.put_retention_policy(logGroupName=GROUP, retentionInDays=1827)
    else:
        assert field == "silentMinutes", field
        iam.delete_role_policy(RoleName=ROLE, PolicyName=_RIGHTS)
        place = {"account": world.aws.number, "region": world.aws.region}
        asked = place | {"group": GROUP, "minutes": 180}
        answer = HTTP.post(f"{world.endpoints.control}/logs/silence", json=asked, timeout=10)
        assert answer.json()["streams"] == [f"{PREFIX}-local"]


def mend(world: World, was: Any) -> None:
    """By whoever runs the cluster: the operator leaves it alone."""
    logs: Any = world.aws.logs
    (settings,) = was
    logs.associate_kms_key(logGroupName=GROUP, kmsKeyId=settings["kmsKeyId"])
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=settings["retentionInDays"])
    _let_ship(world.aws)


def _let_ship(aws: Account) -> None:
    iam: Any = aws.iam
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resource = f"arn:aws:logs:{aws.region}:{aws.number}:log-group:{GROUP}:*"
    document = _document({"Effect": "Allow", "Action": actions, "Resource": resource})
    iam.put_role_policy(RoleName=ROLE, PolicyName=_RIGHTS, PolicyDocument=document)


def _key(aws: Account) -> str:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"""
    kms: Any = aws.kms
    group = f"arn:aws:logs:{aws.region}:{aws.number}:log-group:{GROUP}"
    owner = {"AWS": f"arn:aws:iam::{aws.number}:root"}
    admin = {"Effect": "Allow", "Principal": owner, "Action": "kms:*", "Resource": "*"}
    use = {
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{aws.region}.amazonaws.com"},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group}},
    }
    made: str = kms.create_key(Policy=_document(admin, use))["KeyMetadata"]["Arn"]
    return made


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
