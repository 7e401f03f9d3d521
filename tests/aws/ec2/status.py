"""DescribeInstanceStatus: checks, and what AWS has scheduled.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instances-status-check_sched.html
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from aws.call import Call
from aws.ec2 import clock, filters, names, view
from aws.ec2.filters import Facts
from aws.ec2.instances import named
from aws.ec2.records import Event, Instance
from aws.ec2.wire import Arguments, operation

DESCRIPTIONS = {
    "instance-reboot": "The instance is scheduled for a reboot",
    "system-reboot": "The instance is scheduled for a reboot",
    "system-maintenance": "The instance is scheduled for maintenance",
    "instance-retirement": "The instance is running on degraded hardware",
    "instance-stop": "The instance is running on degraded hardware",
}
FACTS: Facts[Instance] = {
    "availability-zone": lambda each: each.interface.zone,
    "event.code": lambda each: [event.code for event in each.events.values()],
    "event.description": lambda each: [event.description for event in each.events.values()],
    "event.instance-event-id": lambda each: list(each.events),
    "instance-state-name": lambda each: each.status,
    "instance-state-code": lambda each: view.CODES[each.status],
    "instance-status.status": lambda each: _health(each),
    "system-status.status": lambda each: _health(each),
}


def schedule(instance: Instance, code: str, seconds: float) -> Event:
    if code not in DESCRIPTIONS:
        raise ValueError(f"code must be one of {', '.join(DESCRIPTIONS)}")
    identifier = names.fresh("instance-event")
    start = datetime.now(UTC) + timedelta(seconds=seconds)
    event = Event(identifier, code, DESCRIPTIONS[code], start, start + timedelta(hours=2))
    instance.events[identifier] = event
    return event


def complete(instance: Instance) -> int:
    """ "[Completed]" or "[Canceled]" before the description tells that an event is over; it stays for a week."""
    waiting = [each for each in instance.events.values() if not each.description.startswith("[")]
    for each in waiting:
        each.description = f"[Completed] {each.description}"
    return len(waiting)


def _health(found: Instance) -> str:
    return {"running": "ok", "pending": "initializing"}.get(found.status, "not-applicable")


def _status(found: Instance) -> dict[str, Any]:
    health = _health(found)
    summary: dict[str, Any] = {"Status": health}
    if found.status == "running":
        summary["Details"] = [{"Name": "reachability", "Status": "passed"}]
    return {
        "InstanceId": found.identifier,
        "AvailabilityZone": found.interface.zone,
        "AvailabilityZoneId": found.interface.zone_id,
        "InstanceState": view.state(found.status),
        "InstanceStatus": summary,
        "SystemStatus": summary,
        "Events": [
            {
                "InstanceEventId": each.identifier,
                "Code": each.code,
                "Description": each.description,
                "NotBefore": each.not_before,
                "NotAfter": each.not_after,
            }
            for each in found.events.values()
        ],
    }


@operation("DescribeInstanceStatus", "InstanceIds", "IncludeAllInstances", "Filters", "MaxResults", "NextToken")
def describe_instance_status(call: Call, given: Arguments) -> dict[str, Any]:
    """Running instances only, unless IncludeAllInstances says otherwise."""
    here = clock.current(call.account, call.region)
    asked = given.get("InstanceIds") or []
    known = named(here, asked) if asked else list(here.instances.values())
    shown = [each for each in known if given.get("IncludeAllInstances") or each.status == "running"]
    listed, token = filters.page(given, filters.chosen(given, shown, FACTS, lambda each: {}), "InstanceIds")
    return {"InstanceStatuses": [_status(each) for each in listed], "NextToken": token}
