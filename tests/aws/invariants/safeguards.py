"""Whether a managed bucket is closed to all, and which safeguards it lacks."""

import re
from functools import lru_cache

from moto.s3.models import FakeBucket

from aws import stores
from aws.policy.context import lookup_in
from aws.policy.document import RESOURCE, Malformed, parse
from aws.policy.evaluate import Policies, Principal, decide
from aws.s3.encryption import DEFAULT

MANAGED = "cloister.dev/managed-by"
ROLE = "cloister.dev/role"
NAME = "cloister.dev/resource-name"
LOG_BUCKET = "log-bucket"
AUDIT_BUCKET = "audit-bucket"
SIX_YEARS = 2192
OBJECT_ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
ROLE_ARN = re.compile(r"arn:aws:iam::\d{12}:role/[\w+=,.@/*?-]+")
ALLOW_ALL = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


def managed(bucket: FakeBucket) -> bool:
    return MANAGED in stores.bucket_record(bucket).tags


def closed(bucket: FakeBucket) -> bool:
    record = stores.bucket_record(bucket)
    return record.policy is not None and _denies_all(
        record.policy, bucket.name, bucket.account_id, record.kms_key or ""
    )


@lru_cache(maxsize=4096)
def _denies_all(policy: str, bucket: str, account: str, key: str) -> bool:
    """True if even a most privileged caller on its best behaviour reaches no object.

    Asked for a role nobody has heard of, and for each role that the policy speaks of, so that a deny for all but some
    does not pass for a deny.
    """
    try:
        parse(policy, RESOURCE)
    except Malformed:
        return False
    named = {re.sub(r"[*?]", "x", arn) for arn in ROLE_ARN.findall(policy)}
    for arn in {f"arn:aws:iam::{account}:role/unheard-of", *named}:
        who = Principal(
            account, arn, "AROAUNHEARDOF", f"arn:aws:sts::{account}:assumed-role/{arn.rpartition('/')[2]}/probe"
        )
        context = {
            "aws:securetransport": ["true"],
            "aws:principalarn": [arn],
            "aws:principalaccount": [account],
            "aws:principalisawsservice": ["false"],
            "s3:tlsversion": ["1.3"],
            "s3:x-amz-server-side-encryption": ["aws:kms"],
            "s3:x-amz-server-side-encryption-aws-kms-key-id": [key],
            "s3:if-none-match": ["*"],
            "s3:objectcreationoperation": ["true"],
        }
        for action in OBJECT_ACTIONS:
            policies = Policies(identity=(ALLOW_ALL,), resource=policy)
            if decide(who, account, action, f"arn:aws:s3:::{bucket}/probe", lookup_in(context), policies).allowed:
                return False
    return True


def missing(bucket: FakeBucket) -> frozenset[str]:
    record = stores.bucket_record(bucket)
    lacking = set()
    if bucket.versioning_status != "Enabled":
        lacking.add("versioning")
    if not (record.block and all(record.block.values())):
        lacking.add("public access block")
    if record.ownership != "BucketOwnerEnforced":
        lacking.add("BucketOwnerEnforced")
    if record.tags.get(ROLE) == AUDIT_BUCKET:
        # CloudTrail names the key itself for each file.
        if bucket.default_lock_mode != "COMPLIANCE" or (bucket.default_lock_days or 0) < SIX_YEARS:
            lacking.add("Object Lock for six years")
        return frozenset(lacking)
    if record.tags.get(ROLE) == LOG_BUCKET:
        # S3 writes no access logs into a bucket under a customer's key.
        if b">AES256<" not in record.documents.get("encryption", DEFAULT):
            lacking.add("SSE-S3")
        return frozenset(lacking)
    if not record.kms_key or record.kms_key.endswith("alias/aws/s3"):
        lacking.add("SSE-KMS with a customer key")
    # S3 delivers access logs only within a region, and the log bucket is in the other one.
    is_copy = record.tags.get(NAME, "").startswith("replica/")
    if record.logging is None and not is_copy:
        lacking.add("access logging")
    return frozenset(lacking)
