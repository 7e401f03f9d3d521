"""Metric filters of log groups. What they count is not modelled.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
"""

from typing import Any

from aws.call import Call
from aws.errors import AwsError
from aws.logs.parameters import invalid, only, required
from aws.logs.records import find
from aws.registry import answers

PAGE = 50
AT_MOST = 100  # of a log group


@answers("logs", "PutMetricFilter")
def put_metric_filter(call: Call) -> None:
    only(call, "logGroupName", "filterName", "filterPattern", "metricTransformations")
    group = find(call.account, call.region, required(call, "logGroupName"))
    name, given = required(call, "filterName"), required(call, "metricTransformations")
    pattern = call.param("filterPattern")
    if pattern is None or len(pattern) > 1024:
        raise invalid("Value at 'filterPattern' failed to satisfy constraint: at most 1024 characters")
    if len(given) != 1 or not {"metricName", "metricNamespace", "metricValue"} <= given[0].keys():
        raise invalid("Value at 'metricTransformations' failed to satisfy constraint: one, with name, namespace, value")
    if name not in group.filters and len(group.filters) >= AT_MOST:
        raise AwsError("LimitExceededException", "Resource limit exceeded.")
    group.filters[name] = {"filterPattern": pattern, "metricTransformations": given}


@answers("logs", "DescribeMetricFilters")
def describe_metric_filters(call: Call) -> dict[str, Any]:
    only(call, "logGroupName", "filterNamePrefix", "limit", "nextToken")
    group = find(call.account, call.region, required(call, "logGroupName"))
    size, after = call.param("limit", PAGE), call.param("nextToken") or ""
    prefix = call.param("filterNamePrefix") or ""
    rest = [name for name in sorted(group.filters) if name.startswith(prefix) and name > after]
    page = rest[:size]
    view = [{"filterName": name, "logGroupName": group.name, **group.filters[name]} for name in page]
    return {"metricFilters": view} | ({"nextToken": page[-1]} if len(rest) > size else {})


@answers("logs", "DeleteMetricFilter")
def delete_metric_filter(call: Call) -> None:
    only(call, "logGroupName", "filterName")
    group = find(call.account, call.region, required(call, "logGroupName"))
    if group.filters.pop(required(call, "filterName"), None) is None:
        raise AwsError("ResourceNotFoundException", "The specified metric filter does not exist.")
