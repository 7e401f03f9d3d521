"""Condition operators.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aws.policy.match import Lookup, arn_like, glob, plain, substitute

Compare = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    each: str = ""  # ForAllValues | ForAnyValue
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class Test:
    operator: Operator
    key: str
    values: tuple[str, ...]

    def holds(self, lookup: Lookup, variables: bool) -> bool:
        have = lookup(self.key)
        operator = self.operator
        if operator.name == "Null":
            return (not have) == (self.values[0].lower() == "true")
        compare, negated = OPERATORS[operator.name]
        if not have:
            if operator.each:
                return operator.each == "ForAllValues"  # true of no values at all; ForAnyValue is not
            return operator.if_exists or negated
        want = self.values
        if variables:
            want = tuple(w for w in (substitute(v, lookup) for v in self.values) if w is not None)

        def one(value: str) -> bool:
            return any(compare(w, value) for w in want) != negated

        if operator.each == "ForAllValues":
            return all(one(value) for value in have)
        if operator.each == "ForAnyValue":
            return any(one(value) for value in have)
        if negated:
            return all(one(value) for value in have)
        return any(one(value) for value in have)


def parse_operator(text: str) -> Operator:
    each, colon, name = text.partition(":")
    if not colon:
        each, name = "", text
    if each not in ("", "ForAllValues", "ForAnyValue"):
        return Operator(text)
    if name.endswith("IfExists"):
        return Operator(name.removesuffix("IfExists"), each, True)
    return Operator(name, each)


def _number(compare: Callable[[float, float], bool]) -> Compare:
    def check(want: str, have: str) -> bool:
        try:
            return compare(float(have), float(want))
        except ValueError:
            return False

    return check


def _moment(text: str) -> datetime:
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _date(compare: Callable[[datetime, datetime], bool]) -> Compare:
    def check(want: str, have: str) -> bool:
        try:
            return compare(_moment(have), _moment(want))
        except ValueError:
            return False

    return check


def _address(want: str, have: str) -> bool:
    try:
        return ipaddress.ip_address(have) in ipaddress.ip_network(want, strict=False)
    except ValueError:
        return False


def _equal(want: str, have: str) -> bool:
    return plain(want) == have


def _equal_ignoring_case(want: str, have: str) -> bool:
    return plain(want).lower() == have.lower()


# name: (comparison of the policy's value with the request's, whether it is a negation)
OPERATORS: dict[str, tuple[Compare, bool]] = {
    "StringEquals": (_equal, False),
    "StringNotEquals": (_equal, True),
    "StringEqualsIgnoreCase": (_equal_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (_equal_ignoring_case, True),
    "StringLike": (glob, False),
    "StringNotLike": (glob, True),
    "NumericEquals": (_number(lambda a, b: a == b), False),
    "NumericNotEquals": (_number(lambda a, b: a == b), True),
    "NumericLessThan": (_number(lambda a, b: a < b), False),
    "NumericLessThanEquals": (_number(lambda a, b: a <= b), False),
    "NumericGreaterThan": (_number(lambda a, b: a > b), False),
    "NumericGreaterThanEquals": (_number(lambda a, b: a >= b), False),
    "DateEquals": (_date(lambda a, b: a == b), False),
    "DateNotEquals": (_date(lambda a, b: a == b), True),
    "DateLessThan": (_date(lambda a, b: a < b), False),
    "DateLessThanEquals": (_date(lambda a, b: a <= b), False),
    "DateGreaterThan": (_date(lambda a, b: a > b), False),
    "DateGreaterThanEquals": (_date(lambda a, b: a >= b), False),
    "Bool": (_equal_ignoring_case, False),
    "BinaryEquals": (_equal, False),
    "IpAddress": (_address, False),
    "NotIpAddress": (_address, True),
    "ArnEquals": (arn_like, False),
    "ArnLike": (arn_like, False),
    "ArnNotEquals": (arn_like, True),
    "ArnNotLike": (arn_like, True),
    "Null": (_equal, False),
}
