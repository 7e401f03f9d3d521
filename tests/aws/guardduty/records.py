"""Detectors: an account has one at most in a region."""

from dataclasses import dataclass, field

from aws.call import Call
from aws.errors import AwsError

# https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetDetector.html: the first three are always on.
BASIC = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
# "with an exception to RUNTIME_MONITORING, all the optional features will be enabled by default"
# https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html
BY_DEFAULT = ("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS")
FEATURES = (*BY_DEFAULT, "EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING")
PUBLISHING = ("FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS")


@dataclass
class Detector:
    identifier: str
    enabled: bool
    publishing: str = "SIX_HOURS"
    features: dict[str, str] = field(default_factory=dict)
    administrator: str = ""


_detectors: dict[tuple[str, str], Detector] = {}


def reset() -> None:
    _detectors.clear()


def found(call: Call) -> Detector | None:
    return _detectors.get((call.account, call.region))


def keep(call: Call, detector: Detector) -> None:
    _detectors[(call.account, call.region)] = detector


def forget(call: Call) -> None:
    _detectors.pop((call.account, call.region), None)


def named(call: Call) -> Detector:
    detector = found(call)
    if detector is None or detector.identifier != call.param("detectorId"):
        message = "The request is rejected because the input detectorId is not owned by the current account."
        raise AwsError("BadRequestException", message)
    return detector
