"""Recorders. https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationRecorder.html"""

from typing import Any

from aws import stores
from aws.call import Call
from aws.configservice.records import Region, region
from aws.errors import AwsError
from aws.registry import answers

ALL = {
    "allSupported": True,
    "includeGlobalResourceTypes": False,
    "resourceTypes": [],
    "exclusionByResourceTypes": {"resourceTypes": []},
    "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"},
}


@answers("config", "PutConfigurationRecorder")
def put_recorder(call: Call) -> None:
    """Replaces what is there; one of another name is refused."""
    given = dict(call.required("ConfigurationRecorder"))
    here = region(call)
    name, role = given.setdefault("name", "default"), str(given.get("roleARN") or "")
    if here.recorder is not None and here.recorder["name"] != name:
        message = f"Failed to put configuration recorder '{name}' because the maximum number is reached."
        raise AwsError("MaxNumberOfConfigurationRecordersExceededException", message)
    if stores.role(call.account, role.rpartition("/")[2]) is None:
        raise AwsError("InvalidRoleException", "You have provided a null or empty role ARN, or one that is not there.")
    here.recorder = given | {"roleARN": role, "recordingGroup": _group(given.get("recordingGroup"))}
    here.recorder.setdefault("recordingMode", {"recordingFrequency": "CONTINUOUS"})


def _group(given: dict[str, Any] | None) -> dict[str, Any]:
    if given is None:
        return dict(ALL)
    types, is_all = given.get("resourceTypes") or [], bool(given.get("allSupported"))
    excluded = (given.get("exclusionByResourceTypes") or {}).get("resourceTypes") or []
    globally = bool(given.get("includeGlobalResourceTypes"))
    if [is_all, bool(types), bool(excluded)].count(True) != 1 or (globally and not is_all):
        raise AwsError("InvalidRecordingGroupException", "The recording group provided is not valid")
    uses = "ALL_SUPPORTED" if is_all else "INCLUSION_BY" if types else "EXCLUSION_BY"
    strategy = "ALL_SUPPORTED_RESOURCE_TYPES" if is_all else f"{uses}_RESOURCE_TYPES"
    said = (given.get("recordingStrategy") or {}).get("useOnly") or strategy
    if said != strategy:
        raise AwsError("InvalidRecordingGroupException", "The recording group provided is not valid")
    return {
        "allSupported": is_all,
        "includeGlobalResourceTypes": globally,
        "resourceTypes": types,
        "exclusionByResourceTypes": {"resourceTypes": excluded},
        "recordingStrategy": {"useOnly": strategy},
    }


@answers("config", "DescribeConfigurationRecorders")
def describe_recorders(call: Call) -> dict[str, Any]:
    recorder = region(call).recorder
    return {"ConfigurationRecorders": [recorder] if recorder else []}


@answers("config", "DescribeConfigurationRecorderStatus")
def describe_status(call: Call) -> dict[str, Any]:
    here = region(call)
    if here.recorder is None:
        return {"ConfigurationRecordersStatus": []}
    return {"ConfigurationRecordersStatus": [{"name": here.recorder["name"], "recording": here.recording}]}


@answers("config", "StartConfigurationRecorder")
def start(call: Call) -> None:
    here = _named(call)
    if here.channel is None:
        message = "Delivery channel is not available to start configuration recorder."
        raise AwsError("NoAvailableDeliveryChannelException", message)
    here.recording = True


@answers("config", "StopConfigurationRecorder")
def stop(call: Call) -> None:
    _named(call).recording = False


@answers("config", "DeleteConfigurationRecorder")
def delete(call: Call) -> None:
    here = _named(call)
    here.recorder, here.recording = None, False


def _named(call: Call) -> Region:
    here, name = region(call), call.required("ConfigurationRecorderName")
    if here.recorder is None or here.recorder["name"] != name:
        message = f"Cannot find configuration recorder with the specified name '{name}'."
        raise AwsError("NoSuchConfigurationRecorderException", message)
    return here
