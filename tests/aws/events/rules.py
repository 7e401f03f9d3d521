"""Making, changing and removing rules and their targets.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
"""

import re
from typing import Any

from aws.call import Call
from aws.errors import AwsError
from aws.events.forwarding import is_bus
from aws.events.records import BUS, Rule, Target, checked_pattern, find, named, rules
from aws.registry import answers

NAME = re.compile(r"[.\-_A-Za-z0-9]{1,64}")
TARGETS = 5  # of a rule


@answers("events", "PutRule")
def put_rule(call: Call) -> dict[str, Any]:
    """Makes a rule or replaces what it says; tags of one that exists are left as they are."""
    name = call.required("Name")
    if not NAME.fullmatch(name):
        raise AwsError("ValidationException", f"1 validation error detected: Value '{name}' at 'name' failed")
    pattern, state = call.param("EventPattern"), call.param("State") or "ENABLED"
    if not pattern:
        raise AwsError("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if state not in ("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"):
        raise AwsError("ValidationException", f"1 validation error detected: Value '{state}' at 'state' failed")
    here = rules(call.account, call.region)
    rule = here.get(name)
    if rule is None:
        tags = {tag["Key"]: tag["Value"] for tag in call.param("Tags") or []}
        rule = here[name] = Rule(name, call.account, call.region, checked_pattern(pattern), tags=tags)
    rule.pattern, rule.state = checked_pattern(pattern), state
    rule.description = call.param("Description") or ""
    return {"RuleArn": rule.arn}


@answers("events", "DescribeRule")
def describe_rule(call: Call) -> dict[str, Any]:
    rule = find(call)
    described = {"Name": rule.name, "Arn": rule.arn, "EventPattern": rule.pattern, "State": rule.state}
    more = {"Description": rule.description} if rule.description else {}
    return described | more | {"EventBusName": BUS, "CreatedBy": rule.account}


@answers("events", "EnableRule")
def enable_rule(call: Call) -> None:
    find(call).state = "ENABLED"


@answers("events", "DisableRule")
def disable_rule(call: Call) -> None:
    find(call).state = "DISABLED"


@answers("events", "DeleteRule")
def delete_rule(call: Call) -> None:
    """Of a rule that is not there too."""
    here = rules(call.account, call.region)
    rule = here.get(named(call))
    if rule is not None and rule.targets:
        raise AwsError("ValidationException", "Rule can't be deleted since it has targets.")
    here.pop(named(call), None)


@answers("events", "PutTargets")
def put_targets(call: Call) -> dict[str, Any]:
    rule = find(call)
    given = call.required("Targets")
    after = rule.targets | {each["Id"]: _target(rule, each) for each in given}
    if len(after) > TARGETS:
        raise AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
    rule.targets = after
    return {"FailedEntryCount": 0, "FailedEntries": []}


def _target(rule: Rule, given: dict[str, Any]) -> Target:
    """In another region only a bus can be one, and that by a role.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
    """
    arn, role = str(given["Arn"]), str(given.get("RoleArn") or "")
    if not is_bus(arn) and arn.split(":")[3] != rule.region:
        raise AwsError("ValidationException", f"Provided Arn is not in correct format. Reason: {arn} is elsewhere.")
    if is_bus(arn) and not role:
        raise AwsError("ValidationException", f"RoleArn is required for target {arn}.")
    return Target(given["Id"], arn, (given.get("DeadLetterConfig") or {}).get("Arn", ""), role)


@answers("events", "RemoveTargets")
def remove_targets(call: Call) -> dict[str, Any]:
    rule = find(call)
    for identifier in call.required("Ids"):
        rule.targets.pop(identifier, None)
    return {"FailedEntryCount": 0, "FailedEntries": []}


@answers("events", "ListTargetsByRule")
def list_targets_by_rule(call: Call) -> dict[str, Any]:
    def shown(target: Target) -> dict[str, Any]:
        letters = {"DeadLetterConfig": {"Arn": target.dead_letters}} if target.dead_letters else {}
        role = {"RoleArn": target.role} if target.role else {}
        return {"Id": target.identifier, "Arn": target.arn} | letters | role

    return {"Targets": [shown(target) for target in find(call).targets.values()]}


@answers("events", "ListTagsForResource")
def list_tags(call: Call) -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": value} for key, value in find(call).tags.items()]}


@answers("events", "TagResource")
def tag(call: Call) -> None:
    find(call).tags |= {tag["Key"]: tag["Value"] for tag in call.required("Tags")}


@answers("events", "UntagResource")
def untag(call: Call) -> None:
    rule = find(call)
    rule.tags = {key: value for key, value in rule.tags.items() if key not in call.required("TagKeys")}
