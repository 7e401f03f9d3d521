"""Condition operators.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from typing import Any

import pytest

from aws.policy.conditions import OPERATORS, Test, parse_operator
from aws.policy.context import lookup_in
from aws.policy.document import IDENTITY, Malformed, parse, strings

Test.__test__ = False  # type: ignore[attr-defined]  # no test class for pytest to collect

ABSENT: list[str] | None = None


def holds(name: str, want: Any, have: str | list[str] | None) -> bool:
    values = [have] if isinstance(have, str) else have
    context = {"key": values} if values is not None else {}
    return Test(parse_operator(name), "key", strings(want)).holds(lookup_in(context), True)


@pytest.mark.parametrize(
    ("name", "want", "have", "expected"),
    [
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", "a*", "ab", False),
        ("StringEqualsIgnoreCase", "A", "a", True),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringLike", "a*c?", "abbcd", True),
        ("StringNotLike", "a*", "ab", False),
        ("Bool", True, "true", True),
        ("Bool", "false", "true", False),
        ("NumericLessThan", "1.2", "1.1", True),
        ("NumericLessThan", "1.2", "1.2", False),
        ("NumericGreaterThanEquals", 5, "5", True),
        ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59+00:00", True),
        ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
        ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", False),
        ("ArnLike", "arn:aws:iam::1:role/x*", "arn:aws:iam::1:role/x/y", True),
        ("ArnEquals", "arn:aws:s3:::bucket", "arn:aws:s3:::bucket", True),
        ("ArnLike", "arn:aws:*:role/x", "arn:aws:iam::1:role/x", False),  # a star does not reach over a colon
        ("ArnNotLike", "arn:aws:iam::1:role/x*", "arn:aws:iam::1:role/y", True),
        ("Null", "true", ABSENT, True),
        ("Null", "false", "x", True),
        ("Null", "true", "x", False),
    ],
)
def test_operators(name: str, want: Any, have: str | None, expected: bool) -> None:
    assert holds(name, want, have) is expected


@pytest.mark.parametrize("name", sorted(set(OPERATORS) - {"Null"}))
def test_an_absent_key(name: str) -> None:
    """A positive operator fails, a negated one holds, and IfExists always does."""
    _, negated = OPERATORS[name]
    assert holds(name, "x", ABSENT) is negated
    assert holds(name + "IfExists", "x", ABSENT) is True


@pytest.mark.parametrize(
    ("name", "want", "have", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], ["a"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        ("ForAllValues:StringEquals", ["a", "b"], ABSENT, True),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], True),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c"], False),
        ("ForAnyValue:StringEquals", ["a", "b"], ABSENT, False),
        ("ForAnyValue:StringNotEquals", ["a"], ["a", "c"], True),
        ("ForAllValues:StringLike", "x*", ["x1", "x2"], True),
    ],
)
def test_many_values(name: str, want: Any, have: list[str] | None, expected: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html"""
    assert holds(name, want, have) is expected


@pytest.mark.parametrize("name", ["StringEqual", "ForSomeValues:StringEquals", "BoolIfExistsToo"])
def test_unknown_operators_are_refused(name: str) -> None:
    condition = '{"%s": {"key": "x"}}' % name  # noqa: UP031  (braces)
    with pytest.raises(Malformed, match="Invalid Condition type"):
        parse(
            '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": '
            + condition
            + "}}",
            IDENTITY,
        )
