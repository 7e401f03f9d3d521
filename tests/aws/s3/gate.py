"""What holds for every call on a bucket, before anything about the call itself."""

from moto.s3.models import FakeBucket

from aws import stores
from aws.call import Call
from aws.errors import AwsError


def no_such_bucket(name: str) -> AwsError:
    return AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)


def bucket(call: Call) -> FakeBucket:
    found = stores.bucket(call.bucket)
    if found is None:
        raise no_such_bucket(call.bucket)
    return found


def check(call: Call) -> FakeBucket:
    """The bucket is there, in the region that was asked, and the caller's expectation of its owner holds.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
    """
    found = bucket(call)
    if found.region_name != call.region:
        raise AwsError(
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. "
            "Please send all future requests to this endpoint.",
            301,
            Endpoint=f"{call.bucket}.s3.{found.region_name}.amazonaws.com",
            Bucket=call.bucket,
            **{"x-amz-bucket-region": found.region_name},
        )
    expected = call.header("x-amz-expected-bucket-owner")
    if expected is not None and expected != found.account_id:
        raise AwsError("AccessDenied", "Access Denied", 403)
    return found
