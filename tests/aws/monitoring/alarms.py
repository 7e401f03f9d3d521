"""Making, changing, listing and removing alarms on metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from typing import Any

from aws.call import Call
from aws.errors import NOT_IMPLEMENTED, AwsError
from aws.monitoring.records import Alarm, alarms
from aws.registry import answers

SETTINGS = (
    *("ActionsEnabled", "AlarmActions", "AlarmDescription", "ComparisonOperator", "EvaluationPeriods", "MetricName"),
    *("Namespace", "Period", "Statistic", "Threshold", "TreatMissingData"),
)
NEEDED = ("ComparisonOperator", "EvaluationPeriods", "MetricName", "Namespace", "Period", "Statistic", "Threshold")
COMPARISONS = {
    *("GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"),
}
STATISTICS = {"SampleCount", "Average", "Sum", "Minimum", "Maximum"}
MISSING = {"breaching", "notBreaching", "ignore", "missing"}
ACTIONS = 5  # of a state
PAGE = 50


def only(call: Call, *known: str) -> None:
    unknown = call.params.keys() - set(known)
    if unknown:
        message = f"the emulator does not implement {', '.join(sorted(unknown))} of monitoring {call.operation}"
        raise AwsError("NotImplemented", message, NOT_IMPLEMENTED)


@answers("monitoring", "PutMetricAlarm")
def put_metric_alarm(call: Call) -> dict[str, Any]:
    """Replaces an alarm of that name wholly; its tags stay as they are, and those that are given are ignored."""
    only(call, "AlarmName", "Tags", *SETTINGS)
    name = call.required("AlarmName")
    settings = {"ActionsEnabled": True, "AlarmActions": [], "TreatMissingData": "missing"}
    settings |= {key: call.params[key] for key in SETTINGS if key in call.params}
    _checked(settings)
    here = alarms(call.account, call.region)
    if name in here:
        here[name].settings = settings
    else:
        tags = {tag["Key"]: tag["Value"] for tag in call.param("Tags") or []}
        here[name] = Alarm(name, call.account, call.region, settings, tags)
    return {}


def _checked(settings: dict[str, Any]) -> None:
    for key in NEEDED:
        if settings.get(key) in (None, ""):
            raise AwsError("ValidationError", f"The parameter {key} is required.")
    for key, allowed in (
        ("ComparisonOperator", COMPARISONS),
        ("Statistic", STATISTICS),
        ("TreatMissingData", MISSING),
    ):
        if settings[key] not in allowed:
            raise AwsError("ValidationError", f"Value '{settings[key]}' at '{key}' is not one of {sorted(allowed)}")
    if settings["Period"] not in (10, 20, 30) and settings["Period"] % 60:
        raise AwsError("ValidationError", "Period must be 10, 20, 30 or a multiple of 60")
    if len(settings["AlarmActions"]) > ACTIONS:
        raise AwsError("ValidationError", "AlarmActions must have at most 5 members")


@answers("monitoring", "DescribeAlarms")
def describe_alarms(call: Call) -> dict[str, Any]:
    only(call, "AlarmNamePrefix", "AlarmNames", "AlarmTypes", "MaxRecords", "NextToken")
    here = alarms(call.account, call.region)
    prefix, names, after = call.param("AlarmNamePrefix") or "", call.param("AlarmNames"), call.param("NextToken") or ""
    if prefix and names:
        raise AwsError("ValidationError", "AlarmNamePrefix and AlarmNames cannot be given together")
    size = int(call.param("MaxRecords") or PAGE)
    if not 1 <= size <= 100:
        raise AwsError("ValidationError", "MaxRecords must be from 1 to 100")
    rest = [n for n in sorted(here) if n.startswith(prefix) and n > after and (not names or n in names)]
    if "MetricAlarm" not in (call.param("AlarmTypes") or ["MetricAlarm"]):
        rest = []
    page = rest[:size]
    answer: dict[str, Any] = {"MetricAlarms": [_view(here[name]) for name in page], "CompositeAlarms": []}
    return answer | ({"NextToken": page[-1]} if len(rest) > size else {})


def _view(alarm: Alarm) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html"""
    named = {"AlarmName": alarm.name, "AlarmArn": alarm.arn, "StateValue": "INSUFFICIENT_DATA"}
    settings = alarm.settings | {"Threshold": float(alarm.settings["Threshold"])}
    return named | settings | {"OKActions": [], "InsufficientDataActions": [], "Dimensions": []}


@answers("monitoring", "DeleteAlarms")
def delete_alarms(call: Call) -> dict[str, Any]:
    only(call, "AlarmNames")
    here = alarms(call.account, call.region)
    for name in call.required("AlarmNames"):
        here.pop(name, None)
    return {}


@answers("monitoring", "DisableAlarmActions")
def disable_alarm_actions(call: Call) -> dict[str, Any]:
    return _switch(call, False)


@answers("monitoring", "EnableAlarmActions")
def enable_alarm_actions(call: Call) -> dict[str, Any]:
    return _switch(call, True)


def _switch(call: Call, enabled: bool) -> dict[str, Any]:
    only(call, "AlarmNames")
    here = alarms(call.account, call.region)
    for name in call.required("AlarmNames"):
        if name in here:
            here[name].settings = here[name].settings | {"ActionsEnabled": enabled}
    return {}
