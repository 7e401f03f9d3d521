"""A log group's key: CloudWatch Logs uses it in its own name, and only as far as the key's policy lets it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
"If you attempt to associate a KMS key with the log group but the KMS key does not exist or the KMS key is disabled, you
receive an InvalidParameterException error."
"""

from aws.authorization.kms import encryption_context
from aws.call import Call
from aws.errors import AwsError
from aws.policy import context
from aws.policy.evaluate import Policies, Principal, decide
from aws.service_access import find_key

ACTIONS = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey")


def usable(call: Call, name: str, group: str) -> str:
    """The ARN of the key for the log group with this ARN."""
    found = find_key(call.account, call.region, name)
    if found is None or found.region != call.region or found.key_state != "Enabled":
        raise _refused(name, group)
    service = f"logs.{call.region}.amazonaws.com"
    about = context.service(service, group, call.account) | encryption_context({"aws:logs:arn": group})
    policies = Policies(resource=found.policy)
    for action in ACTIONS:
        asked = (Principal(service=service), found.account_id, f"kms:{action}", found.arn)
        if not decide(*asked, context.lookup_in(about), policies).allowed:
            raise _refused(name, group)
    return str(found.arn)


def _refused(name: str, group: str) -> AwsError:
    message = f"The specified KMS key does not exist or is not allowed to be used with LogGroup '{group}': {name}"
    return AwsError("InvalidParameterException", message)
