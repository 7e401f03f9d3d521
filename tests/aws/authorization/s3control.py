"""What an S3 Control call needs permission for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from aws.authorization.demand import Demand
from aws.call import Call

# There is no action for the deletion of its own.
ACTIONS = {
    "GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    "PutPublicAccessBlock": "s3:PutAccountPublicAccessBlock",
    "DeletePublicAccessBlock": "s3:PutAccountPublicAccessBlock",
}


def demands(call: Call) -> list[Demand]:
    return [Demand(ACTIONS.get(call.operation, f"s3:{call.operation}"), "*", call.account)]
