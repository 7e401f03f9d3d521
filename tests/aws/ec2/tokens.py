"""ClientToken: the same request again is the same answer, another one an error.

https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
For RunInstances the token is valid "for at least 24 hours after the termination of the instance"; here for ever.
"""

import json
from collections.abc import Callable
from typing import TypeVar

from aws.call import Call
from aws.ec2.records import Region
from aws.ec2.wire import invalid
from aws.errors import AwsError

T = TypeVar("T")
TOKEN_LENGTH = 64


def once(call: Call, here: Region, perform: Callable[[], T]) -> T:
    token = str(call.param("ClientToken") or "")
    if not token:
        return perform()
    if len(token) > TOKEN_LENGTH or not token.isascii():
        raise invalid(f"Invalid value for clientToken: at most {TOKEN_LENGTH} ASCII characters")
    request = json.dumps(call.params, sort_keys=True)
    kept = here.tokens.get((call.operation, token))
    if kept is None:
        result = perform()
        here.tokens[call.operation, token] = (request, result)
        return result
    if kept[0] != request:
        message = "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
        raise AwsError("IdempotentParameterMismatch", message)
    answer: T = kept[1]
    return answer
