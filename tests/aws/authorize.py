from aws.call import Call
from typing import Any
from aws.s3 import gate
def check(call: Call) -> None:
    if call.service == "s3" and call.bucket and call.operation != "CreateBucket":
        gate.check(call)
def key_through_s3(call: Call, bucket: Any, key: Any, action: str) -> None: ...
