"""A cluster's key: whether it can be used, and whether the caller may let Redshift use it.

https://docs.aws.amazon.com/redshift/latest/mgmt/authorizing-kms-customer-managed-key.html
"When Amazon Redshift uses a customer managed key in cryptographic operations, it acts on behalf of the user who is
creating or modifying" the cluster, so the caller needs these permissions, by the key's policy, through Redshift.
"""

from moto.kms.models import Key

from aws.authorization import kms
from aws.authorization.demand import require
from aws.call import Call
from aws.policy.context import Context
from aws.redshift.records import Cluster
from aws.redshift.wire import invalid
from aws.service_access import find_key

ACTIONS = ("CreateGrant", "GenerateDataKey", "Encrypt", "Decrypt", "DescribeKey")


def usable(call: Call, name: str) -> Key:
    """A key by id, ARN or alias, in the region that is called: "AWS KMS keys are specific to an AWS Region"."""
    found = find_key(call.account, call.region, name)
    if found is None or found.region != call.region or found.key_state != "Enabled":
        raise invalid(
            f"The specified KMS key {name} does not exist, is not enabled or you do not have permissions to access it."
        )
    return found


def granted(call: Call, key: Key, arn: str) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/services-redshift.html#rs-encryptioncontext"""
    context: Context = {
        "kms:calleraccount": [call.account],
        "kms:viaservice": [f"redshift.{key.region}.amazonaws.com"],
        "aws:viaawsservice": ["true"],
    }
    for action in ACTIONS:
        more = {"kms:grantisforawsresource": ["true"]} if action == "CreateGrant" else {}
        if action in ("GenerateDataKey", "Encrypt", "Decrypt"):
            more |= kms.encryption_context({"aws:redshift:arn": arn})
        require(call, kms.on(key, f"kms:{action}", context | more))


def inaccessible(cluster: Cluster) -> bool:
    """Whether the cluster's key was disabled or deleted under it: state `inaccessible-kms-key`.

    https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html
    """
    arn = cluster.encrypted_by
    found = find_key(cluster.account, cluster.region, arn) if arn else None
    return bool(arn) and (found is None or found.key_state != "Enabled")
