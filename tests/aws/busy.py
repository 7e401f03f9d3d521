"""S3 refuses a write to a bucket's configuration while another is under way.

"A conflicting conditional operation is currently in progress against this resource. Try again." (409 OperationAborted)
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
Calls here take no time of their own, so two overlap only when latency is injected; then they do as they would in AWS.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from aws.call import Call
from aws.errors import AwsError


class Busy:
    def __init__(self) -> None:
        self.writing_to: set[str] = set()

    @contextmanager
    def writing(self, call: Call, performed: bool) -> Iterator[None]:
        if call.service != "s3" or not call.mutating or call.key or not performed or call.operation == "DeleteObjects":
            yield
            return
        if call.bucket in self.writing_to:
            message = (
                "A conflicting conditional operation is currently in progress against this resource. Please try again."
            )
            raise AwsError("OperationAborted", message, 409)
        self.writing_to.add(call.bucket)
        try:
            yield
        finally:
            self.writing_to.discard(call.bucket)
