"""Flips of alarms and of the metric filters that they watch."""

from typing import Any

from e2e.account import Account

_MOVING = ("AlarmConfigurationUpdatedTimestamp", "StateValue")


def alarm(aws: Account, name: str) -> Any:
    watch: Any = aws.cloudwatch
    found = watch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    if not found:
        return None
    tags = watch.list_tags_for_resource(ResourceARN=found[0]["AlarmArn"])["Tags"]
    settings = {key: value for key, value in found[0].items() if key not in _MOVING}
    return settings, sorted(map(str, tags)), _filter(aws, name)


def _group(aws: Account, name: str) -> str:
    """That of the Environment which the alarm is named after."""
    groups = aws.logs.describe_log_groups(logGroupNamePrefix="/cloister/environment/")["logGroups"]
    suffix = name.rpartition("-")[2]
    return str(next(one["logGroupName"] for one in groups if one["logGroupName"].endswith(suffix)))


def _filter(aws: Account, name: str) -> Any:
    held = aws.logs.describe_metric_filters(logGroupName=_group(aws, name), filterNamePrefix=name)["metricFilters"]
    return held[0] if held else None


def flip_alarm(aws: Account, name: str, field: str) -> None:
    watch: Any = aws.cloudwatch
    held = watch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    names = ("ComparisonOperator", "EvaluationPeriods", "MetricName", "Namespace", "Period", "Statistic", "Threshold")
    given = {"AlarmName": name, **{key: held[key] for key in (*names, "AlarmActions", "TreatMissingData")}}
    match field:
        case "filter":
            filtered = _filter(aws, name)
            kept = {key: filtered[key] for key in ("filterName", "logGroupName", "metricTransformations")}
            aws.logs.put_metric_filter(**kept, filterPattern="{$.eventName=Nothing}")
        case "watch":
            watch.put_metric_alarm(**given | {"Threshold": 1000000.0})
        case "actionsEnabled":
            watch.disable_alarm_actions(AlarmNames=[name])
        case "actions":
            watch.put_metric_alarm(**given | {"AlarmActions": []})
        case _:
            raise AssertionError(f"no flip for {field} of an alarm")


def unfiltered(aws: Account, name: str) -> None:
    aws.logs.delete_metric_filter(logGroupName=_group(aws, name), filterName=name)
