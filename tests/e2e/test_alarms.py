"""Alarms on the trail's log group: one for each item of CIS's list, and what is done to them is undone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from drift.alarms import alarm, flip_alarm, unfiltered
from e2e import manifests
from e2e.account import AUDIT, STAGING, Account
from e2e.waiting import until
from e2e.world import World

NAME = "watched"
TOPIC = f"arn:aws:sns:us-east-1:{STAGING}:security"
# A bucket and an Environment of its own: what stays of them is in no other test's way.
RECORDS = {
    "accountId": AUDIT,
    "bucket": "cloister-audit-watched",
    "roleArn": f"arn:aws:iam::{AUDIT}:role/CloisterAudit",
    "externalId": "cloister-audit",
    "alarmTopicArn": TOPIC,
}
ABOUT = {
    *("root", "unauthorized", "login-no-mfa", "login-failed", "iam", "trail", "kms", "s3"),
    *("security-group", "network-acl", "gateway", "route-table", "vpc"),
}


@pytest.fixture
def staging(world: World) -> Iterator[Account]:
    yield Account(world.endpoints, STAGING)
    world.cluster.delete("Environment", NAME)
    world.cluster.wait_gone("Environment", NAME)


def _alarms(aws: Account) -> list[Any]:
    return list(aws.cloudwatch.describe_alarms(AlarmNamePrefix=f"cloister-alarm-{NAME}-")["MetricAlarms"])


MISHAPS: dict[str, Callable[[Account, str], Any]] = {
    "switched off": lambda aws, name: flip_alarm(aws, name, "actionsEnabled"),
    "made deaf": lambda aws, name: flip_alarm(aws, name, "filter"),
    "made mute": lambda aws, name: flip_alarm(aws, name, "actions"),
    "made blunt": lambda aws, name: flip_alarm(aws, name, "watch"),
    "deleted": lambda aws, name: aws.cloudwatch.delete_alarms(AlarmNames=[name]),
    "left without a filter": unfiltered,
}


def test_alarms_watch_the_trail_and_are_kept(world: World, staging: Account) -> None:
    home = manifests.staging(audit=RECORDS)
    home["metadata"]["name"] = NAME
    world.onboard(home)
    made = {one["AlarmName"]: one for one in _alarms(staging)}
    assert {name.removeprefix(f"cloister-alarm-{NAME}-").rpartition("-")[0] for name in made} == ABOUT
    assert all(one["AlarmActions"] == [TOPIC] and one["ActionsEnabled"] for one in made.values())
    was = {name: alarm(staging, name) for name in made}
    for name, (settings, _, filtered) in was.items():
        (counted,) = filtered["metricTransformations"]
        assert counted["metricName"] == settings["MetricName"], name
        assert counted["metricNamespace"] == settings["Namespace"], name

    # Each of another alarm, all at once.
    for (what, act), name in zip(MISHAPS.items(), sorted(made), strict=False):
        act(staging, name)
        assert alarm(staging, name) != was[name], what
    world.cluster.poke("Environment", NAME)
    until("all are as before", lambda: {name: alarm(staging, name) for name in made}, lambda now: now == was)
    drift = world.cluster.wait_ready("Environment", NAME)["status"]["recentDrift"]
    paths = {one["path"] for one in drift if one["resource"].startswith("cloudwatch-alarm/")}
    assert "actionsEnabled" in paths
    assert any(path.startswith("filter.pattern") for path in paths)

    since = world.calls.mark("at rest")
    world.cluster.poke("Environment", NAME)
    world.cluster.wait_ready("Environment", NAME)
    assert [call.line for call in world.calls.since(since) if call.mutating] == []
