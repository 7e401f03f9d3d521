"""Making, changing and listing log groups.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
"""

import re
import time
from typing import Any

from aws.call import Call
from aws.errors import AwsError
from aws.logs import encryption
from aws.logs.parameters import invalid, merged, only, required
from aws.logs.records import LogGroup, arn, find, groups
from aws.registry import answers

NAME = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)  # fmt: skip
PAGE = 50


@answers("logs", "CreateLogGroup")
def create_log_group(call: Call) -> None:
    only(call, "logGroupName", "kmsKeyId", "tags")
    name = required(call, "logGroupName")
    if not NAME.fullmatch(name) or name.startswith("aws/"):
        raise invalid(f"Value '{name}' at 'logGroupName' failed to satisfy constraint: [\\.\\-_/#A-Za-z0-9]+")
    here = groups(call.account, call.region)
    if name in here:
        raise AwsError("ResourceAlreadyExistsException", "The specified log group already exists")
    tags = merged({}, call.param("tags") or {})
    key = call.param("kmsKeyId")
    key = encryption.usable(call, key, arn(call.account, call.region, name)) if key else ""
    here[name] = _made(call.account, call.region, name, key, tags)


def _made(account: str, region: str, name: str, key: str, tags: dict[str, str]) -> LogGroup:
    return LogGroup(name, account, region, int(time.time() * 1000), key, tags=tags)


def exported_to(account: str, region: str, name: str) -> None:
    """A service that exports logs makes the group itself where there is none: for ever, and without a key of ours."""
    groups(account, region).setdefault(name, _made(account, region, name, "", {}))


@answers("logs", "DeleteLogGroup")
def delete_log_group(call: Call) -> None:
    only(call, "logGroupName")
    found = find(call.account, call.region, required(call, "logGroupName"))
    del groups(call.account, call.region)[found.name]


@answers("logs", "AssociateKmsKey")
def associate_kms_key(call: Call) -> None:
    only(call, "logGroupName", "kmsKeyId")
    found = find(call.account, call.region, required(call, "logGroupName"))
    found.key = encryption.usable(call, required(call, "kmsKeyId"), found.arn)


@answers("logs", "DisassociateKmsKey")
def disassociate_kms_key(call: Call) -> None:
    only(call, "logGroupName")
    find(call.account, call.region, required(call, "logGroupName")).key = ""


@answers("logs", "PutRetentionPolicy")
def put_retention_policy(call: Call) -> None:
    only(call, "logGroupName", "retentionInDays")
    days = required(call, "retentionInDays")
    if days not in DAYS:
        raise invalid(f"Value '{days}' at 'retentionInDays' failed to satisfy constraint: one of {list(DAYS)}")
    find(call.account, call.region, required(call, "logGroupName")).days = days


@answers("logs", "DeleteRetentionPolicy")
def delete_retention_policy(call: Call) -> None:
    only(call, "logGroupName")
    find(call.account, call.region, required(call, "logGroupName")).days = 0


@answers("logs", "DescribeLogGroups")
def describe_log_groups(call: Call) -> dict[str, Any]:
    """In order of names, a page at a time; tags are not told."""
    only(call, "logGroupNamePrefix", "limit", "nextToken")
    size = call.param("limit", PAGE)
    if not 1 <= size <= PAGE:
        raise invalid(f"Value '{size}' at 'limit' failed to satisfy constraint: from 1 to {PAGE}")
    prefix, after = call.param("logGroupNamePrefix") or "", call.param("nextToken") or ""
    here = groups(call.account, call.region)
    rest = [name for name in sorted(here) if name.startswith(prefix) and name > after]
    page = rest[:size]
    answer: dict[str, Any] = {"logGroups": [_view(here[name]) for name in page]}
    return answer | ({"nextToken": page[-1]} if len(rest) > size else {})


def _view(group: LogGroup) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html"""
    view = {
        "logGroupName": group.name,
        "creationTime": group.created,
        "metricFilterCount": len(group.filters),
        "arn": f"{group.arn}:*",
        "logGroupArn": group.arn,
        "storedBytes": 0,
        "logGroupClass": "STANDARD",
    }
    return (
        view | ({"kmsKeyId": group.key} if group.key else {}) | ({"retentionInDays": group.days} if group.days else {})
    )
