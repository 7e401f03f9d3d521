"""What a trail records: selectors of the older kind, or advanced ones in their place.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from typing import Any

from aws.call import Call
from aws.cloudtrail.parameters import only
from aws.cloudtrail.records import find
from aws.errors import AwsError
from aws.registry import answers

OPERATORS = ("Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith")
FIELDS = {
    "Management": {"eventCategory", "eventSource", "readOnly", "eventName", "eventType", "sessionCredentialFromConsole",
                   "userIdentity.arn"},
    "Data": {"eventCategory", "resources.type", "resources.ARN", "readOnly", "eventName", "eventSource", "eventType",
             "sessionCredentialFromConsole", "userIdentity.arn"},
}  # fmt: skip
EQUALS_ONLY = {"eventCategory", "resources.type", "readOnly"}
VALUES_AT_MOST = 500  # of all selectors of a trail


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidEventSelectorsException", message)


@answers("cloudtrail", "PutEventSelectors")
def put_event_selectors(call: Call) -> dict[str, Any]:
    only(call, "TrailName", "EventSelectors", "AdvancedEventSelectors")
    trail = find(call, "TrailName")
    basic, advanced = call.param("EventSelectors"), call.param("AdvancedEventSelectors")
    if bool(basic) == bool(advanced):
        raise _invalid("Specify either EventSelectors or AdvancedEventSelectors, and not both.")
    if advanced:
        trail.selectors = {"AdvancedEventSelectors": _advanced(advanced)}
    else:
        if len(basic) > 5:
            raise _invalid("A trail can have no more than 5 event selectors.")
        trail.selectors = {"EventSelectors": basic}
    return {"TrailARN": trail.arn} | trail.selectors


@answers("cloudtrail", "GetEventSelectors")
def get_event_selectors(call: Call) -> dict[str, Any]:
    only(call, "TrailName")
    trail = find(call, "TrailName")
    return {"TrailARN": trail.arn} | trail.selectors


def _advanced(selectors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    values = 0
    for selector in selectors:
        if len(selector.get("Name") or "") > 1000:
            raise _invalid("The name of a selector is longer than 1000 characters.")
        fields = {field["Field"]: field for field in selector["FieldSelectors"]}
        if len(fields) != len(selector["FieldSelectors"]):
            raise _invalid("A field can be named once in a selector.")
        category = fields.get("eventCategory", {}).get("Equals") or []
        if len(category) != 1 or category[0] not in FIELDS:
            raise _invalid("eventCategory must be Equals one of Management, Data.")
        if category == ["Data"] and len(fields.get("resources.type", {}).get("Equals") or []) != 1:
            raise _invalid("Data events need resources.type Equals one value.")
        if unknown := fields.keys() - FIELDS[category[0]]:
            raise _invalid(f"Field {', '.join(sorted(unknown))} is not supported for {category[0]} events.")
        values += sum(_field(field) for field in fields.values())
    if values > VALUES_AT_MOST:
        raise _invalid(f"A trail can have no more than {VALUES_AT_MOST} values for all its selectors.")
    return selectors


def _field(field: dict[str, Any]) -> int:
    """How many values it has. An operator without values is one that is not said."""
    said = {name: field[name] for name in field if name != "Field" and field[name]}
    if unknown := said.keys() - set(OPERATORS):
        raise _invalid(f"Operator {', '.join(sorted(unknown))} is not known.")
    if not said:
        raise _invalid(f"Field {field['Field']} has no operator.")
    if field["Field"] in EQUALS_ONLY and said.keys() != {"Equals"}:
        raise _invalid(f"Field {field['Field']} supports the operator Equals only.")
    if any(not value or "*" in value for values in said.values() for value in values):
        raise _invalid("Values must not be empty, nor hold wildcards.")
    return sum(len(values) for values in said.values())
