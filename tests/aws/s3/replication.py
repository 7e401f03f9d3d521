"""Replication into another bucket: the rule is kept as written, and each new version is copied a moment later.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
Not copied: tags and retention put later, removals of versions, and what was there before the rule. Delete markers are
copied where the rule says so.
"""

import asyncio
import copy
from typing import Any

from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.message import Response
from aws.policy.context import lookup_in, principal_tags
from aws.policy.evaluate import Policies, decide
from aws.policy.held import held, principal_of
from aws.principals import Caller
from aws.registry import answers
from aws.s3 import gate, xmldoc
from aws.service_access import find_key
from aws.sts import role_at, session_of

ROOT, NAME = "ReplicationConfiguration", "replication"
STATUS = "x-amz-replication-status"
DELAY = {"seconds": 0.2}


@answers("s3", "GetBucketReplication")
def get_replication(call: Call) -> Response:
    found = stores.bucket_record(gate.bucket(call)).documents.get(NAME)
    if found is None:
        raise AwsError(
            "ReplicationConfigurationNotFoundError", "The replication configuration was not found", 404,
            BucketName=call.bucket,
        )  # fmt: skip
    return xmldoc.answer(found)


@answers("s3", "PutBucketReplication")
def put_replication(call: Call) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html"""
    bucket = gate.bucket(call)
    tree = xmldoc.parse(call.request.body, ROOT)
    xmldoc.only(tree, "Role", "Rule")
    if role_at(xmldoc.required(tree, "Role")) is None:
        raise AwsError("InvalidArgument", "Invalid role specified in the replication configuration")
    for rule in tree.findall("Rule"):
        xmldoc.choice(rule, "Status", "Enabled", "Disabled")
        there = stores.bucket(_target(rule))
        if there is None:
            raise AwsError("InvalidRequest", "Destination bucket must exist.")
        for one in (bucket, there):
            if one.versioning_status != "Enabled":
                raise AwsError("InvalidRequest", f"Versioning must be 'Enabled' on the bucket {one.name}")
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-replication
        if bucket.object_lock_enabled and not there.object_lock_enabled:
            raise AwsError("InvalidRequest", "Object Lock must be enabled on the destination bucket")
    stores.bucket_record(bucket).documents[NAME] = call.request.body
    return Response(200)


@answers("s3", "DeleteBucketReplication")
def delete_replication(call: Call) -> Response:
    stores.bucket_record(gate.bucket(call)).documents.pop(NAME, None)
    return Response(204)


def _target(rule: xmldoc.Element) -> str:
    there = rule.find("Destination")
    return "" if there is None else xmldoc.required(there, "Bucket").rpartition(":")[2]


def begin(bucket: FakeBucket, name: str) -> None:
    """Copies the newest version of an object, where a rule says so."""
    document = stores.bucket_record(bucket).documents.get(NAME)
    found = bucket.keys.get(name)
    if document is None or found is None or getattr(found, "replication", None):
        return
    tree = xmldoc.parse(document, ROOT)
    role, loop = xmldoc.required(tree, "Role"), asyncio.get_running_loop()
    for rule in tree.findall("Rule"):
        prefix = (rule.findtext("Filter/Prefix") or rule.findtext("Prefix") or "").strip()
        if xmldoc.text(rule, "Status") != "Enabled" or not name.startswith(prefix) or not _takes(rule, found):
            continue
        if isinstance(found, FakeDeleteMarker):
            loop.call_later(DELAY["seconds"], _mark, found, _target(rule), role)
            continue
        found.replication = "PENDING"
        key = rule.findtext(".//ReplicaKmsKeyID")
        loop.call_later(DELAY["seconds"], _copy, bucket, found, _target(rule), role, key)


def _takes(rule: xmldoc.Element, found: FakeKey | FakeDeleteMarker) -> bool:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html"""
    if isinstance(found, FakeDeleteMarker):
        return rule.findtext("DeleteMarkerReplication/Status") == "Enabled"
    return found.encryption != "aws:kms" or (
        rule.findtext("SourceSelectionCriteria/SseKmsEncryptedObjects/Status") == "Enabled"
    )


def status(found: Any) -> dict[str, str]:
    said = getattr(found, "replication", None)
    return {STATUS: said} if said else {}


def _copy(bucket: FakeBucket, found: FakeKey, target: str, role_arn: str, key: str | None) -> None:
    there = stores.bucket(target)
    if there is None or not _may(bucket, found, there, role_arn, key):
        found.replication = "FAILED"  # type: ignore[attr-defined]
        return
    twin = FakeKey(
        found.name, found.value, there.account_id, there.region_name, found.storage_class, found.etag.strip('"'), True,
        found.version_id, bucket_name=target, encryption="aws:kms" if key else found.encryption, kms_key_id=key,
        bucket_key_enabled=found.bucket_key_enabled, checksum_value=found.checksum_value,
        lock_mode=found.lock_mode, lock_until=found.lock_until, lock_legal_status=found.lock_legal_status,
    )  # fmt: skip
    twin.checksum_algorithm, twin.last_modified = found.checksum_algorithm, found.last_modified
    twin._metadata = copy.copy(found._metadata)
    twin.replication = "REPLICA"  # type: ignore[attr-defined]
    there.keys.setlist(found.name, [*there.keys.getlist(found.name, []), twin])
    found.replication = "COMPLETED"  # type: ignore[attr-defined]


def _mark(found: FakeDeleteMarker, target: str, role_arn: str) -> None:
    there, role = stores.bucket(target), role_at(role_arn)
    if there is None or role is None:
        return
    who = session_of(role.account_id, role.name, "s3-replication")
    if not _allows(who, "s3:ReplicateDelete", f"arn:aws:s3:::{target}/{found.name}", there):
        return
    twin = FakeDeleteMarker(key=found.key)
    twin._version_id, twin.last_modified = found.version_id, found.last_modified
    there.keys.setlist(found.name, [*there.keys.getlist(found.name, []), twin])


def _may(bucket: FakeBucket, found: FakeKey, there: FakeBucket, role_arn: str, key: str | None) -> bool:
    """What the role needs, by its policies, its boundary, the buckets' policies and the keys'.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    role = role_at(role_arn)
    if role is None or '"s3.amazonaws.com"' not in role.assume_role_policy_document:
        return False
    who = session_of(role.account_id, role.name, "s3-replication")
    here = f"arn:aws:s3:::{bucket.name}/{found.name}"
    allowed = _allows(who, "s3:GetObjectVersionForReplication", here, bucket)
    allowed = allowed and _allows(who, "s3:ReplicateObject", f"arn:aws:s3:::{there.name}/{found.name}", there)
    if found.encryption == "aws:kms" and found.kms_key_id:
        allowed = allowed and _may_use(who, "kms:Decrypt", bucket, found.kms_key_id)
    return allowed and (key is None or _may_use(who, "kms:Encrypt", there, key))


def _allows(who: Caller, action: str, arn: str, bucket: FakeBucket) -> bool:
    return _decided(who, action, arn, bucket, stores.bucket_record(bucket).policy, {})


def _may_use(who: Caller, action: str, bucket: FakeBucket, name: str) -> bool:
    key = find_key(bucket.account_id, bucket.region_name, name)
    if key is None or key.key_state != "Enabled" or key.region != bucket.region_name:
        return False
    via = {"kms:viaservice": [f"s3.{bucket.region_name}.amazonaws.com"], "kms:calleraccount": [who.account]}
    return _decided(who, action, key.arn, bucket, key.policy, via)


def _decided(
    who: Caller, action: str, arn: str, bucket: FakeBucket, policy: str | None, more: dict[str, list[str]]
) -> bool:
    context = {
        "aws:securetransport": ["true"], "s3:tlsversion": ["1.3"], "aws:principalarn": [who.principal_arn],
        "aws:principalaccount": [who.account], "aws:principalisawsservice": ["false"],
        "aws:requestedregion": [bucket.region_name], "aws:resourceaccount": [bucket.account_id],
    } | {f"aws:principaltag/{name.lower()}": [value] for name, value in principal_tags(who).items()} | more  # fmt: skip
    identity, boundary, session = held(who)
    is_key = action.startswith("kms:")
    policies = Policies(identity, boundary, session, policy, resource_must_allow=is_key)
    return decide(principal_of(who), bucket.account_id, action, arn, lookup_in(context), policies).allowed
