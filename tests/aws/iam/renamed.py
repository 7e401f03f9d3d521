"""A deleted role's name in other policies becomes its unique id.

"If you delete the role, the ARN in the policy is replaced by the principal ID, and a role recreated under the same
name does not match it": https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
An operator that compares policies sees drift here, and must repair it.
"""

import json
from typing import Any

from moto.iam.models import Role
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from aws import stores
from aws.accounts import ALL


def forget_role(role: Role) -> None:
    for account in ALL:
        for other in stores.iam(account).roles.values():
            other.assume_role_policy_document = renamed(other.assume_role_policy_document, role)
        for backend in _regions(kms_backends, account):
            for key in backend.keys.values():
                key.policy = renamed(key.policy, role)
        for backend in _regions(sqs_backends, account):
            for queue in backend.queues.values():
                attributes = stores.queue_record(queue).attributes
                if "Policy" in attributes:
                    attributes["Policy"] = renamed(attributes["Policy"], role)
        for bucket in s3_backends[account]["aws"].buckets.values():
            record = stores.bucket_record(bucket)
            if record.policy:
                record.policy = renamed(record.policy, role)


def renamed(text: str, role: Role) -> str:
    """Only where a principal is named: a condition on aws:PrincipalArn keeps its text."""
    if f'"{role.arn}"' not in text:
        return text
    document = json.loads(text)
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        for field in ("Principal", "NotPrincipal"):
            principals = statement.get(field)
            if isinstance(principals, dict) and "AWS" in principals:
                principals["AWS"] = _swap(principals["AWS"], role)
    return json.dumps(document)


def _swap(names: Any, role: Role) -> Any:
    if isinstance(names, list):
        return [_swap(name, role) for name in names]
    return role.id if names == role.arn else names


def _regions(backends: Any, account: str) -> list[Any]:
    return list(backends[account].values()) if account in backends else []
