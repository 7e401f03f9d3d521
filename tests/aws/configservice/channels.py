"""Delivery channels. https://docs.aws.amazon.com/config/latest/APIReference/API_PutDeliveryChannel.html"""

from typing import Any

from aws import stores
from aws.call import Call
from aws.configservice.records import region
from aws.errors import AwsError
from aws.iam import service_linked
from aws.registry import answers
from aws.service_access import may_deliver

SERVICE = "config.amazonaws.com"


@answers("config", "PutDeliveryChannel")
def put_channel(call: Call) -> None:
    given = dict(call.required("DeliveryChannel"))
    here = region(call)
    name = given.setdefault("name", "default")
    if here.recorder is None:
        message = "Configuration recorder is not available to put delivery channel."
        raise AwsError("NoAvailableConfigurationRecorderException", message)
    if here.channel is not None and here.channel["name"] != name:
        message = (
            f"Failed to put delivery channel '{name}' because the maximum number of delivery channels: 1 is reached."
        )
        raise AwsError("MaxNumberOfDeliveryChannelsExceededException", message)
    _check(call, given, str(here.recorder["roleARN"]))
    here.channel = (here.channel or {}) | given


def _check(call: Call, given: dict[str, Any], role: str) -> None:
    """The service-linked role may write into no bucket, so AWS Config comes as a service; as any other role it is that
    one's rights that count, which are not modelled.

    https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
    """
    name = str(given.get("s3BucketName") or "")
    found = stores.bucket(name)
    if found is None:
        raise AwsError("NoSuchBucketException", f"Cannot find a S3 bucket with an empty or unknown name '{name}'.")
    # "AWS Config does not support the delivery channel to an Amazon S3 bucket where object lock is enabled with default
    # retention enabled": https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html
    refused = AwsError("InsufficientDeliveryPolicyException", f"Insufficient delivery policy to s3 bucket: {name}")
    if found.default_lock_mode:
        raise refused
    if role != service_linked.arn(call.account, SERVICE):
        return
    source = f"arn:aws:config:{call.region}:{call.account}:*"
    prefix = f"{given['s3KeyPrefix']}/" if given.get("s3KeyPrefix") else ""
    key = f"{prefix}AWSLogs/{call.account}/Config/ConfigWritabilityCheckFile"
    if not may_deliver(SERVICE, source, call.account, found, key):
        raise refused


@answers("config", "DescribeDeliveryChannels")
def describe_channels(call: Call) -> dict[str, Any]:
    channel = region(call).channel
    return {"DeliveryChannels": [channel] if channel else []}


@answers("config", "DeleteDeliveryChannel")
def delete_channel(call: Call) -> None:
    here, name = region(call), call.required("DeliveryChannelName")
    if here.channel is None or here.channel["name"] != name:
        message = f"Cannot find delivery channel with specified name '{name}'."
        raise AwsError("NoSuchDeliveryChannelException", message)
    if here.recording:
        message = f"Failed to delete last specified delivery channel '{name}': a configuration recorder is running."
        raise AwsError("LastDeliveryChannelDeleteFailedException", message)
    here.channel = None
