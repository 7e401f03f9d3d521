"""Making, changing, starting and showing trails.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
A name is an ARN or a bare name; a trail is found in the region in which it was made.
"""

import re
import time
from typing import Any

from aws.call import Call
from aws.cloudtrail import delivery, logs
from aws.cloudtrail.parameters import only
from aws.cloudtrail.records import Trail, arn, find, trails
from aws.cloudtrail.tags import read as read_tags
from aws.errors import AwsError
from aws.registry import answers
from aws.service_access import find_key

# Letters or digits at both ends, no two of the others side by side, no address.
NAME = re.compile(r"(?!(\d+\.){3}\d+$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
AT_MOST = 5  # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
FLAGS = {
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "EnableLogFileValidation": "LogFileValidationEnabled",
}
TEXTS = ("S3BucketName", "S3KeyPrefix", "KmsKeyId", "CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn")
SETTINGS = (*TEXTS, *FLAGS)


def _apply(call: Call, before: dict[str, Any]) -> dict[str, Any]:
    """What is left out stays as it was; what is said as empty goes."""
    after = dict(before)
    for name in TEXTS:
        given = call.param(name)
        if given is not None:
            after[name] = given
    for parameter, name in FLAGS.items():
        if call.param(parameter) is not None:
            after[name] = bool(call.param(parameter))
    if after["IsMultiRegionTrail"] and not after["IncludeGlobalServiceEvents"]:
        message = "A multi-Region trail must include global service events."
        raise AwsError("InvalidParameterCombinationException", message)
    if len(after.get("S3KeyPrefix") or "") > 200:
        raise AwsError("InvalidS3PrefixException", "The S3 prefix is longer than 200 characters")
    return {name: value for name, value in after.items() if value not in (None, "")}


def _checked(trail: Trail) -> None:
    into = delivery.bucket(trail)
    delivery.key(trail, into)
    logs.checked(trail)
    name = trail.settings.get("KmsKeyId")
    found = find_key(trail.account, trail.region, name) if name else None
    if found is not None:
        trail.settings["KmsKeyId"] = found.arn


@answers("cloudtrail", "CreateTrail")
def create_trail(call: Call) -> dict[str, Any]:
    only(call, "Name", "TagsList", *SETTINGS)
    name = str(call.param("Name") or "")
    if not 3 <= len(name) <= 128 or not NAME.fullmatch(name):
        raise AwsError("InvalidTrailNameException", f"Invalid trail name: {name}")
    here = trails(call.account, call.region)
    if name in here:
        raise AwsError("TrailAlreadyExistsException", f"Trail {name} already exists for customer: {call.account}")
    if len(here) >= AT_MOST:
        message = f"User: {call.account} already has {AT_MOST} trails in {call.region}."
        raise AwsError("MaximumNumberOfTrailsExceededException", message)
    tags = read_tags({}, call.param("TagsList") or [])
    defaults = {"IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": False, "LogFileValidationEnabled": False}
    trail = Trail(name, call.account, call.region, _apply(call, defaults), tags=tags)
    if not trail.settings.get("S3BucketName"):
        raise AwsError("InvalidS3BucketNameException", "Bucket name cannot be blank!")
    _checked(trail)
    here[name] = trail
    return _shown(trail)


@answers("cloudtrail", "UpdateTrail")
def update_trail(call: Call) -> dict[str, Any]:
    only(call, "Name", *SETTINGS)
    trail = find(call)
    after = Trail(trail.name, trail.account, trail.region, _apply(call, trail.settings))
    _checked(after)
    trail.settings = after.settings
    return _shown(trail)


@answers("cloudtrail", "DeleteTrail")
def delete_trail(call: Call) -> dict[str, Any]:
    only(call, "Name")
    del trails(call.account, call.region)[find(call).name]
    return {}


@answers("cloudtrail", "GetTrail")
def get_trail(call: Call) -> dict[str, Any]:
    only(call, "Name")
    return {"Trail": _view(find(call))}


@answers("cloudtrail", "DescribeTrails")
def describe_trails(call: Call) -> dict[str, Any]:
    """Those that were made here. Shadows of trails of other regions are not modelled: they must not be asked for."""
    only(call, "trailNameList", "includeShadowTrails")
    names = call.param("trailNameList") or []
    wanted = {name.rpartition("/")[2] for name in names}
    here = trails(call.account, call.region)
    return {"trailList": [_view(here[name]) for name in sorted(here) if not names or name in wanted]}


@answers("cloudtrail", "StartLogging")
def start_logging(call: Call) -> dict[str, Any]:
    only(call, "Name")
    trail = find(call)
    trail.logging, trail.started = True, time.time()
    delivery.deliver(trail, "StartLogging")
    return {}


@answers("cloudtrail", "StopLogging")
def stop_logging(call: Call) -> dict[str, Any]:
    only(call, "Name")
    trail = find(call)
    trail.logging, trail.stopped = False, time.time()
    return {}


@answers("cloudtrail", "GetTrailStatus")
def get_trail_status(call: Call) -> dict[str, Any]:
    only(call, "Name")
    trail = find(call)
    times = {
        "StartLoggingTime": trail.started,
        "StopLoggingTime": trail.stopped,
        "LatestDeliveryTime": trail.delivered,
    }
    failed = {"LatestDeliveryError": trail.failed} if trail.failed else {}
    return {"IsLogging": trail.logging} | {name: at for name, at in times.items() if at} | failed


def _shown(trail: Trail) -> dict[str, Any]:
    """What making and changing answer: whose it is and how it is, but not where it lives."""
    view = _view(trail)
    lacks = {"HomeRegion", "HasCustomEventSelectors", "HasInsightSelectors"}
    return {name: value for name, value in view.items() if name not in lacks}


def _view(trail: Trail) -> dict[str, Any]:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html"""
    return trail.settings | {
        "Name": trail.name,
        "TrailARN": arn(trail.account, trail.region, trail.name),
        "HomeRegion": trail.region,
        "HasCustomEventSelectors": "AdvancedEventSelectors" in trail.selectors,
        "HasInsightSelectors": False,
        "IsOrganizationTrail": False,
    }
