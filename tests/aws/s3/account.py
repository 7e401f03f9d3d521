"""Block Public Access of a whole account, which is S3 Control's.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutPublicAccessBlock.html
"""

from moto.s3.models import FakeBucket

from aws import stores
from aws.call import Call
from aws.errors import AwsError
from aws.message import Response
from aws.registry import answers
from aws.s3 import xmldoc
from aws.s3.buckets import BLOCKED

NAMESPACE = "http://awss3control.amazonaws.com/doc/2018-08-20/"
_blocks: dict[str, dict[str, bool]] = {}


def reset() -> None:
    _blocks.clear()


def counting(bucket: FakeBucket) -> dict[str, bool]:
    """ "Amazon S3 applies the most restrictive combination" of what the bucket and the account have."""
    own, account = stores.bucket_record(bucket).block, _blocks.get(bucket.account_id, {})
    return {name: own.get(name, False) or account.get(name, False) for name in BLOCKED}


def _account(call: Call) -> str:
    """Of another account than the caller's nobody may set it."""
    if call.resource != call.account:
        raise AwsError("AccessDenied", "Access Denied", 403)
    return call.account


@answers("s3control", "GetPublicAccessBlock")
def get_public_access_block(call: Call) -> Response:
    block = _blocks.get(_account(call))
    if block is None:
        message = "The public access block configuration was not found"
        raise AwsError("NoSuchPublicAccessBlockConfiguration", message, 404)
    content = "".join(xmldoc.tag(name, value) for name, value in block.items())
    return xmldoc.answer(xmldoc.document("PublicAccessBlockConfiguration", content, NAMESPACE))


@answers("s3control", "PutPublicAccessBlock")
def put_public_access_block(call: Call) -> Response:
    tree = xmldoc.parse(call.request.body, "PublicAccessBlockConfiguration")
    xmldoc.only(tree, *BLOCKED)
    _blocks[_account(call)] = {name: xmldoc.flag(tree, name) for name in BLOCKED}
    return Response(201)


@answers("s3control", "DeletePublicAccessBlock")
def delete_public_access_block(call: Call) -> Response:
    _blocks.pop(_account(call), None)
    return Response(204)
