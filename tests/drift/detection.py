"""Flips of what detects: GuardDuty's detector, AWS Config's recorder and delivery channel."""

import json
from typing import Any

from botocore.exceptions import ClientError

from e2e.account import Account

CHANNEL = "cloister"


def detector_id(aws: Account) -> str | None:
    found = aws.guardduty.list_detectors()["DetectorIds"]
    return found[0] if found else None


def detector(aws: Account, _: str) -> Any:
    """All of it but its id, which is AWS's to choose."""
    identifier = detector_id(aws)
    if identifier is None:
        return None
    held = aws.guardduty.get_detector(DetectorId=identifier)
    features = {each["Name"]: each["Status"] for each in held["Features"]}
    return {"status": held["Status"], "publishing": held["FindingPublishingFrequency"], "features": features}


def recorder(aws: Account, _: str) -> Any:
    """Its bucket is named after the region."""
    found = aws.config.describe_configuration_recorders()["ConfigurationRecorders"]
    status = aws.config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    channels = aws.config.describe_delivery_channels()["DeliveryChannels"]
    leads = [{**each, "s3BucketName": each["s3BucketName"].replace(aws.region, "REGION")} for each in channels]
    return {"recorder": found, "recording": [each["recording"] for each in status], "channel": leads}


def flip_detector(aws: Account, path: str) -> None:
    field, _, feature = path.partition(".")
    changes: dict[str, Any] = {
        "enabled": {"Enable": False},
        "publishing": {"FindingPublishingFrequency": "SIX_HOURS"},
        "features": {"Features": [{"Name": feature, "Status": "DISABLED"}]},
    }
    aws.guardduty.update_detector(DetectorId=detector_id(aws), **changes[field])


def flip_recorder(aws: Account, path: str) -> None:
    (held,) = aws.config.describe_configuration_recorders()["ConfigurationRecorders"]
    match path:
        case "role":
            other = f"arn:aws:iam::{aws.number}:role/CloisterProvisioner"
            aws.config.put_configuration_recorder(ConfigurationRecorder=held | {"roleARN": other})
        case "allTypes":
            narrow = {"allSupported": False, "resourceTypes": ["AWS::EC2::Instance"]}
            aws.config.put_configuration_recorder(ConfigurationRecorder=held | {"recordingGroup": narrow})
        case "channel.bucket":
            bucket = elsewhere(aws)
            aws.config.put_delivery_channel(DeliveryChannel={"name": CHANNEL, "s3BucketName": bucket})
        case "recording":
            aws.config.stop_configuration_recorder(ConfigurationRecorderName=held["name"])
        case _:
            raise AssertionError(f"no flip for {path} of a recorder")


def elsewhere(aws: Account) -> str:
    """Another bucket that AWS Config may write into."""
    name = f"recorded-elsewhere-{aws.number}"
    service = {"Service": "config.amazonaws.com"}
    allow = {"Effect": "Allow", "Principal": service}
    look = allow | {"Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{name}"}
    put = allow | {"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{name}/*"}
    s3: Any = aws.s3
    try:
        s3.create_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [look, put]}))
    return name


def forget(aws: Account) -> None:
    """As an account is in which nobody has turned anything on."""
    identifier = detector_id(aws)
    if identifier:
        aws.guardduty.disassociate_from_administrator_account(DetectorId=identifier)
        aws.guardduty.delete_detector(DetectorId=identifier)
    for held in aws.config.describe_configuration_recorders()["ConfigurationRecorders"]:
        aws.config.stop_configuration_recorder(ConfigurationRecorderName=held["name"])
        aws.config.delete_configuration_recorder(ConfigurationRecorderName=held["name"])
    for channel in aws.config.describe_delivery_channels()["DeliveryChannels"]:
        aws.config.delete_delivery_channel(DeliveryChannelName=channel["name"])
