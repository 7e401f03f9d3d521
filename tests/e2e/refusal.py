"""What AWS is expected to refuse."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError


@contextmanager
def refused(*codes: str) -> Iterator[None]:
    """The call within is refused with one of these codes; AWS's services differ in theirs."""
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] in codes, caught.value


DENIED = ("AccessDenied", "AccessDeniedException", "AccessDeniedFault", "KMS.AccessDeniedException")
ABSENT = ("NoSuchBucket", "404", "NoSuchEntity", "NotFoundException", "AWS.SimpleQueueService.NonExistentQueue")
