"""GuardDuty's detector, AWS Config's recorder and delivery channel."""

from typing import Any

from aws.conftest import PRODUCTION, PROVISIONER, Call, Emulator, allow, document, refused, trusting

ROLE = f"arn:aws:iam::{PRODUCTION}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
EVERYTHING = {"allSupported": True, "includeGlobalResourceTypes": True}


def test_a_region_has_one_detector_with_what_is_not_said_turned_on(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html"""
    guardduty = aws.client("guardduty")
    assert guardduty.list_detectors()["DetectorIds"] == []
    off = [{"Name": "EBS_MALWARE_PROTECTION", "Status": "DISABLED"}]
    made = guardduty.create_detector(Enable=True, Features=off)["DetectorId"]
    assert guardduty.list_detectors()["DetectorIds"] == [made]
    with refused("BadRequestException", 400, "already exists"):
        guardduty.create_detector(Enable=True)
    found = guardduty.get_detector(DetectorId=made)
    features = {each["Name"]: each["Status"] for each in found["Features"]}
    assert (found["Status"], found["FindingPublishingFrequency"]) == ("ENABLED", "SIX_HOURS")
    assert features["S3_DATA_EVENTS"] == features["CLOUD_TRAIL"] == "ENABLED"
    assert features["EBS_MALWARE_PROTECTION"] == features["RUNTIME_MONITORING"] == "DISABLED"

    guardduty.update_detector(DetectorId=made, FindingPublishingFrequency="ONE_HOUR")
    found = guardduty.get_detector(DetectorId=made)
    assert (found["Status"], found["FindingPublishingFrequency"]) == ("ENABLED", "ONE_HOUR")
    with refused("BadRequestException", 400):
        guardduty.get_detector(DetectorId="0" * 32)
    guardduty.delete_detector(DetectorId=made)
    assert guardduty.list_detectors()["DetectorIds"] == []


def test_a_detector_that_an_administrator_manages_is_not_its_members_to_change(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/guardduty/latest/ug/administrator_member_relationships.html"""
    guardduty = aws.client("guardduty")
    made = guardduty.create_detector(Enable=True)["DetectorId"]
    guardduty.accept_administrator_invitation(DetectorId=made, AdministratorId="9" * 12, InvitationId="x")
    assert guardduty.get_administrator_account(DetectorId=made)["Administrator"]["AccountId"] == "9" * 12
    for call in (guardduty.update_detector, guardduty.delete_detector):
        with refused("BadRequestException", 400):
            call(DetectorId=made)


def _bucket(aws: Emulator, name: str, *, lets: bool) -> None:
    aws.client("s3").create_bucket(Bucket=name)
    service = {"Service": "config.amazonaws.com"}
    arn = f"arn:aws:s3:::{name}"
    put = f"{arn}/AWSLogs/{PRODUCTION}/Config/*"
    statements = [allow("s3:GetBucketAcl", arn, Principal=service), allow("s3:PutObject", put, Principal=service)]
    if lets:
        aws.client("s3").put_bucket_policy(Bucket=name, Policy=document(*statements))


def _recorder(aws: Emulator) -> Any:
    config, iam = aws.client("config"), aws.client("iam")
    recorder = {"name": "one", "roleARN": ROLE, "recordingGroup": EVERYTHING}
    with refused("InvalidRoleException"):
        config.put_configuration_recorder(ConfigurationRecorder=recorder)
    iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")
    with refused("InvalidInput", 400, "has been taken"):
        iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    return config


def test_a_region_has_one_recorder_which_starts_once_there_is_a_channel(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigurationRecorder.html"""
    config = _recorder(aws)
    with refused("MaxNumberOfConfigurationRecordersExceededException"):
        config.put_configuration_recorder(ConfigurationRecorder={"name": "two", "roleARN": ROLE})
    with refused("InvalidRecordingGroupException"):
        group = {"allSupported": False, "resourceTypes": []}
        config.put_configuration_recorder(
            ConfigurationRecorder={"name": "one", "roleARN": ROLE, "recordingGroup": group}
        )
    with refused("NoAvailableDeliveryChannelException"):
        config.start_configuration_recorder(ConfigurationRecorderName="one")
    _bucket(aws, "records", lets=True)
    config.put_delivery_channel(DeliveryChannel={"name": "one", "s3BucketName": "records"})
    with refused("MaxNumberOfDeliveryChannelsExceededException"):
        config.put_delivery_channel(DeliveryChannel={"name": "two", "s3BucketName": "records"})
    config.start_configuration_recorder(ConfigurationRecorderName="one")
    (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert (status["name"], status["recording"]) == ("one", True)
    with refused("LastDeliveryChannelDeleteFailedException"):
        config.delete_delivery_channel(DeliveryChannelName="one")


def test_a_channel_leads_only_where_config_may_write_and_nothing_is_locked(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html"""
    config = _recorder(aws)
    _bucket(aws, "closed", lets=False)
    with refused("InsufficientDeliveryPolicyException"):
        config.put_delivery_channel(DeliveryChannel={"name": "one", "s3BucketName": "closed"})
    with refused("NoSuchBucketException"):
        config.put_delivery_channel(DeliveryChannel={"name": "one", "s3BucketName": "nowhere"})
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
    s3.put_object_lock_configuration(
        Bucket="locked", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    with refused("InsufficientDeliveryPolicyException"):
        config.put_delivery_channel(DeliveryChannel={"name": "one", "s3BucketName": "locked"})


def test_the_provisioner_turns_detection_on_and_never_off(aws: Emulator) -> None:
    given = aws.assume()
    guardduty, config, iam = aws.client("guardduty", given), aws.client("config", given), aws.client("iam", given)
    made = guardduty.create_detector(Enable=True)["DetectorId"]
    guardduty.update_detector(DetectorId=made, Enable=True)
    iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")
    config.put_configuration_recorder(ConfigurationRecorder={"name": "cloister", "roleARN": ROLE})
    other = aws.client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=trusting(PROVISIONER))["Role"][
        "Arn"
    ]
    turning_off: list[tuple[str, Call]] = [
        ("AccessDeniedException", lambda: guardduty.delete_detector(DetectorId=made)),
        ("AccessDeniedException", lambda: config.stop_configuration_recorder(ConfigurationRecorderName="cloister")),
        ("AccessDeniedException", lambda: config.delete_configuration_recorder(ConfigurationRecorderName="cloister")),
        ("AccessDeniedException", lambda: config.delete_delivery_channel(DeliveryChannelName="cloister")),
        (
            "AccessDeniedException",
            lambda: config.put_configuration_recorder(ConfigurationRecorder={"name": "cloister", "roleARN": other}),
        ),
        ("AccessDenied", lambda: iam.create_service_linked_role(AWSServiceName="eks.amazonaws.com")),
    ]
    for code, call in turning_off:
        with refused(code):
            call()
    assert aws.violations() == []


def test_a_reset_forgets_detector_and_recorder(aws: Emulator) -> None:
    aws.client("guardduty").create_detector(Enable=True)
    _recorder(aws)
    aws.reset()
    assert aws.client("guardduty").list_detectors()["DetectorIds"] == []
    assert aws.client("config").describe_configuration_recorders()["ConfigurationRecorders"] == []
