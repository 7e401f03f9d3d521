"""Where moto keeps what we answer from, in one place because moto's own types say little.

Our further facts about an object (what moto has no field for) hang on it as one typed record, so that they live and
die with it, through a reset too.
"""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.iam.models import IAMBackend, InstanceProfile, ManagedPolicy, Role, iam_backends
from moto.iam.utils import random_resource_id, random_role_id
from moto.kms.models import Key, KmsBackend, kms_backends
from moto.s3.models import FakeBucket, S3Backend, s3_backends
from moto.sqs.models import Queue, SQSBackend, sqs_backends

from aws.call import Call
from aws.ec2 import records as instances
from aws.logs import records as log_groups
from aws.monitoring.records import alarms
from aws.redshift import records

RECORD = "cloister"  # the attribute that holds our record


@dataclass
class BucketRecord:
    documents: dict[str, bytes] = field(default_factory=dict)  # subresource: the XML that its GET answers
    tags: dict[str, str] = field(default_factory=dict)
    policy: str | None = None
    logging: tuple[str, str] | None = None  # target bucket and prefix
    kms_key: str | None = None
    block: dict[str, bool] = field(default_factory=dict)
    ownership: str = "BucketOwnerEnforced"


@dataclass
class KeyRecord:
    tags: dict[str, str] = field(default_factory=dict)
    rotation_period: int = 365
    bypass_lockout: bool = False


@dataclass
class QueueRecord:
    attributes: dict[str, str] = field(default_factory=dict)  # as set, spelled as set
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class TableRecord:
    key: str | None = None  # its ARN; None for the one that DynamoDB owns
    tags: dict[str, str] = field(default_factory=dict)
    moving: str = ""  # CREATING or UPDATING, until it is settled
    settled: float = 0.0
    gone: float = 0.0  # when it is deleted, if it is
    expires: str = ""  # the attribute
    expiry_changed: float = 0.0
    recoverable: bool = False
    made: float = field(default_factory=time.time)
    identifier: str = field(default_factory=lambda: str(uuid.uuid4()))


def s3(account: str) -> S3Backend:
    return s3_backends[account]["aws"]


def iam(account: str) -> IAMBackend:
    return iam_backends[account]["aws"]


def kms(account: str, region: str) -> KmsBackend:
    return kms_backends[account][region]


def sqs(account: str, region: str) -> SQSBackend:
    return sqs_backends[account][region]


def dynamodb(account: str, region: str) -> DynamoDBBackend:
    return dynamodb_backends[account][region]


def redshift(account: str, region: str) -> records.Region:
    """Of a moment ago: `redshift.clock` ends what is over by now."""
    return records.region(account, region)


def bucket(name: str) -> FakeBucket | None:
    """Bucket names are one namespace over all accounts."""
    owner = s3_backends.bucket_accounts.get(name)
    return s3(owner[1]).buckets.get(name) if owner else None


def role(account: str, name: str) -> Role | None:
    return iam(account).roles.get(name)  # ours are kept by name, which moto would search for


def policy(account: str, arn: str) -> ManagedPolicy | None:
    return iam(account).managed_policies.get(arn)


def bucket_record(found: FakeBucket) -> BucketRecord:
    record: BucketRecord = _record(found, BucketRecord)
    return record


def key_record(found: Key) -> KeyRecord:
    record: KeyRecord = _record(found, KeyRecord)
    return record


def queue_record(found: Queue) -> QueueRecord:
    record: QueueRecord = _record(found, QueueRecord)
    return record


def table_record(found: Table) -> TableRecord:
    record: TableRecord = _record(found, TableRecord)
    return record


def aliases(account: str, region: str) -> dict[str, str]:
    """alias/name: key id."""
    record: dict[str, str] = _record(kms(account, region), dict)
    return record


def _record(owner: Any, kind: type[Any]) -> Any:
    record = owner.__dict__.get(RECORD)
    if record is None:
        record = owner.__dict__[RECORD] = kind()
    return record


# moto's models are abstract to mypy, though moto itself makes instances of them; hence the ignores, all here.


def new_bucket(name: str, account: str, region: str) -> FakeBucket:
    return FakeBucket(name, account, region)  # type: ignore[abstract]


def new_key(policy: str | None, usage: str, description: str, account: str, region: str) -> Key:
    return Key(policy, usage, "SYMMETRIC_DEFAULT", description, account, region)  # type: ignore[abstract]


def new_queue(name: str, account: str, region: str) -> Queue:
    return Queue(name, region, account)  # type: ignore[abstract]


def new_table(
    account: str,
    region: str,
    name: str,
    schema: list[dict[str, Any]],
    attributes: list[dict[str, str]],
    billing: str,
    throughput: dict[str, int] | None,
) -> Table:
    return Table(name, account, region, schema, attributes, throughput, billing)  # type: ignore[abstract]


def new_role(account: str, name: str, trust: str, path: str = "/", **more: Any) -> Role:
    given = {"permissions_boundary": None, "description": "", "tags": [], "max_session_duration": "3600"} | more
    return Role(account, "aws", random_role_id(account), name, trust, path, **given)  # type: ignore[abstract]


def new_policy(account: str, name: str, document: str, path: str, description: str, tags: Any) -> ManagedPolicy:
    given = {"description": description, "document": document, "path": path, "tags": tags}
    return ManagedPolicy(name, account_id=account, region="us-east-1", **given)  # type: ignore[abstract]


def new_instance_profile(account: str, name: str, path: str, tags: list[dict[str, str]]) -> InstanceProfile:
    identifier = "AIPA" + random_resource_id(17).upper()
    return InstanceProfile(account, "us-east-1", identifier, name, path, [], tags)  # type: ignore[abstract]


def of(call: Call) -> list[dict[str, Any]]:
    """The stores in which a call of this service can change something."""
    if call.service == "s3":
        found = bucket(call.bucket)
        return [s3(found.account_id if found else call.account).buckets]
    if call.service == "iam":
        backend = iam(call.account)
        return [backend.roles, backend.managed_policies, backend.instance_profiles]
    if call.service == "kms":
        return [kms(call.account, call.region).keys, aliases(call.account, call.region)]
    if call.service == "sqs":
        return [sqs(call.account, call.region).queues]
    if call.service == "logs":
        return [log_groups.groups(call.account, call.region)]
    if call.service == "monitoring":
        return [alarms(call.account, call.region)]
    if call.service == "redshift":
        here = redshift(call.account, call.region)
        return [here.clusters, here.parameter_groups, here.subnet_groups, here.copy_grants, here.snapshots]
    if call.service == "ec2":
        there = instances.region(call.account, call.region)
        return [there.instances, there.volumes, there.templates, there.hosts]
    return []
