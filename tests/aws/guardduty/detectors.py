"""https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Operations.html"""

import uuid
from typing import Any

from aws.call import Call
from aws.errors import AwsError
from aws.guardduty import records
from aws.guardduty.records import Detector
from aws.iam import service_linked
from aws.registry import answers


@answers("guardduty", "ListDetectors")
def list_detectors(call: Call) -> dict[str, Any]:
    detector = records.found(call)
    return {"detectorIds": [detector.identifier] if detector else []}


@answers("guardduty", "CreateDetector")
def create_detector(call: Call) -> dict[str, Any]:
    """What is not said of features is on, but for the monitoring of what runs."""
    if records.found(call) is not None:
        message = "The request is rejected because a detector already exists for the current account."
        raise AwsError("BadRequestException", message)
    if not isinstance(call.param("enable"), bool):
        raise AwsError("BadRequestException", "The request is rejected because enable is not given.")
    service_linked.ensure(call.account, "guardduty.amazonaws.com")
    detector = Detector(uuid.uuid4().hex, False)
    detector.features = dict.fromkeys(records.BASIC, "ENABLED") | {
        name: "ENABLED" if name in records.BY_DEFAULT else "DISABLED" for name in records.FEATURES
    }
    _set(call, detector)
    records.keep(call, detector)
    return {"detectorId": detector.identifier}


@answers("guardduty", "GetDetector")
def get_detector(call: Call) -> dict[str, Any]:
    detector = records.named(call)
    return {
        "createdAt": "2026-01-01T00:00:00.000Z",
        "findingPublishingFrequency": detector.publishing,
        "serviceRole": service_linked.arn(call.account, "guardduty.amazonaws.com"),
        "status": "ENABLED" if detector.enabled else "DISABLED",
        "features": [{"name": name, "status": status} for name, status in detector.features.items()],
        "tags": {},
    }


@answers("guardduty", "UpdateDetector")
def update_detector(call: Call) -> dict[str, Any]:
    """A member of an organisation has its administrator do that.

    https://docs.aws.amazon.com/guardduty/latest/ug/administrator_member_relationships.html
    """
    detector = records.named(call)
    if detector.administrator:
        message = "The request is rejected because the current account is a member that its administrator manages."
        raise AwsError("BadRequestException", message)
    _set(call, detector)
    return {}


def _set(call: Call, detector: Detector) -> None:
    """What is left out stays as it is."""
    publishing = call.param("findingPublishingFrequency") or detector.publishing
    if publishing not in records.PUBLISHING:
        raise AwsError("BadRequestException", "The request is rejected because the frequency is not valid.")
    features = {each.get("name"): each.get("status") for each in call.param("features") or []}
    if not set(features) <= set(records.FEATURES) or not set(features.values()) <= {"ENABLED", "DISABLED"}:
        raise AwsError("BadRequestException", "The request is rejected because a feature is not valid.")
    detector.enabled = call.param("enable", detector.enabled)
    detector.publishing = publishing
    detector.features |= features


@answers("guardduty", "DeleteDetector")
def delete_detector(call: Call) -> dict[str, Any]:
    if records.named(call).administrator:
        message = "The request is rejected because the current account is a member that its administrator manages."
        raise AwsError("BadRequestException", message)
    records.forget(call)
    return {}


@answers("guardduty", "AcceptAdministratorInvitation")
def accept(call: Call) -> dict[str, Any]:
    """So does an account become a member; an organisation does it by itself."""
    records.named(call).administrator = str(call.required("administratorId"))
    return {}


@answers("guardduty", "DisassociateFromAdministratorAccount")
def disassociate(call: Call) -> dict[str, Any]:
    records.named(call).administrator = ""
    return {}


@answers("guardduty", "GetAdministratorAccount")
def administrator(call: Call) -> dict[str, Any]:
    account = records.named(call).administrator
    return {"administrator": {"accountId": account, "relationshipStatus": "Enabled"} if account else {}}
