"""What an AWS service may do on behalf of one of its resources, by the policy of what it reaches for."""

from moto.kms.models import Key
from moto.s3.models import FakeBucket

from aws import stores
from aws.policy import context
from aws.policy.context import Context
from aws.policy.evaluate import Policies, Principal, decide


def may_send(service: str, source_arn: str, source_account: str, queue_arn: str) -> bool:
    """Whether a service may put messages on a queue, the queue's key included.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
    """
    parts = queue_arn.split(":")
    if len(parts) != 6 or parts[2] != "sqs":
        return False
    region, account, name = parts[3:]
    queue = stores.sqs(account, region).queues.get(name)
    if queue is None:
        return False
    attributes = stores.queue_record(queue).attributes
    policy = attributes.get("Policy")
    if not policy or not _decide(service, account, "sqs:SendMessage", queue_arn, source_arn, source_account, policy):
        return False
    key_id = attributes.get("KmsMasterKeyId")
    if not key_id:
        return True
    key = find_key(account, region, key_id)
    if key is None or key.key_state != "Enabled":
        return False  # the AWS managed alias/aws/sqs is none of ours either: no service may use it
    return all(
        _decide(service, account, action, key.arn, source_arn, source_account, key.policy)
        for action in ("kms:GenerateDataKey", "kms:Decrypt")
    )


def may_put_objects(service: str, source_arn: str, source_account: str, bucket: str, key: str) -> bool:
    found = stores.bucket(bucket)
    policy = stores.bucket_record(found).policy if found else None
    if found is None or policy is None:
        return False
    arn = f"arn:aws:s3:::{bucket}/{key}"
    return _decide(service, found.account_id, "s3:PutObject", arn, source_arn, source_account, policy)


def may_deliver(service: str, source_arn: str, source_account: str, found: FakeBucket, key: str) -> bool:
    """Whether a service may put records into a bucket, which it gives to the bucket's owner.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
    """
    policy, arn = stores.bucket_record(found).policy, f"arn:aws:s3:::{found.name}"
    given = {"s3:x-amz-acl": ["bucket-owner-full-control"], "s3:tlsversion": ["1.3"]}
    about = (source_arn, source_account, policy)
    return _decide(service, found.account_id, "s3:GetBucketAcl", arn, *about) and _decide(
        service, found.account_id, "s3:PutObject", f"{arn}/{key}", *about, given
    )


def may_use_key(service: str, action: str, source_arn: str, source_account: str, key: Key, given: Context) -> bool:
    return _decide(service, key.account_id, f"kms:{action}", key.arn, source_arn, source_account, key.policy, given)


def _decide(
    service: str,
    owner: str,
    action: str,
    arn: str,
    source: str,
    source_account: str,
    policy: str | None,
    given: Context | None = None,
) -> bool:
    lookup = context.lookup_in(context.service(service, source, source_account) | (given or {}))
    return decide(Principal(service=service), owner, action, arn, lookup, Policies(resource=policy)).allowed


def find_key(account: str, region: str, name: str) -> Key | None:
    """A key by id, ARN, alias or alias ARN, as S3 and SQS settings name them."""
    if name.startswith("arn:"):
        parts = name.split(":", 5)
        if len(parts) != 6 or parts[2] != "kms":
            return None
        region, account, name = parts[3], parts[4], parts[5]
    if name.startswith("alias/"):
        name = stores.aliases(account, region).get(name, "")
    return stores.kms(account, region).keys.get(name.removeprefix("key/"))
