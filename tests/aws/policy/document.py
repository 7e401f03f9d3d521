"""A policy document, parsed once per text, refused where AWS refuses it.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from aws.policy.conditions import OPERATORS, Test, parse_operator
from aws.policy.match import glob

IDENTITY, RESOURCE, TRUST = "identity", "resource", "trust"
VERSIONS = ("2012-10-17", "2008-10-17")
KNOWN = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}


class Malformed(ValueError):
    """What is wrong with a document, in words for the caller; each service puts its own code to it."""


@dataclass(frozen=True, slots=True)
class Statement:
    allow: bool
    principals: dict[str, tuple[str, ...]] | None
    not_principals: dict[str, tuple[str, ...]] | None
    actions: tuple[str, ...]
    actions_inverted: bool
    resources: tuple[str, ...]
    resources_inverted: bool
    conditions: tuple[Test, ...]
    sid: str = ""


@dataclass(slots=True)
class Document:
    statements: tuple[Statement, ...]
    variables: bool  # 2008 documents take ${...} literally
    by_action: dict[str, tuple[Statement, ...]] = field(default_factory=dict)

    def for_action(self, action: str) -> tuple[Statement, ...]:
        """Statements that speak of this action; remembered, because a few dozen actions make up all traffic."""
        found = self.by_action.get(action)
        if found is None:
            found = tuple(s for s in self.statements if _speaks_of(s, action))
            self.by_action[action] = found
        return found


def _speaks_of(statement: Statement, action: str) -> bool:
    hit = any(glob(pattern, action, ignore_case=True) for pattern in statement.actions)
    return hit != statement.actions_inverted


@lru_cache(maxsize=8192)
def parse(text: str, kind: str) -> Document:
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise Malformed("Syntax errors in policy.") from error
    if not isinstance(raw, dict):
        raise Malformed("Policies must be valid JSON and the first byte must be '{'")
    version = raw.get("Version", "2008-10-17")
    if version not in VERSIONS:
        raise Malformed("The policy must contain a valid version string")
    statements = raw.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise Malformed("Syntax errors in policy: Statement is required.")
    sids = [s.get("Sid") for s in statements if isinstance(s, dict) and s.get("Sid")]
    if len(sids) != len(set(sids)):
        raise Malformed("Statement IDs (SID) in a single policy must be unique.")
    return Document(tuple(_statement(s, kind) for s in statements), version == "2012-10-17")


def _statement(raw: Any, kind: str) -> Statement:
    if not isinstance(raw, dict):
        raise Malformed("Syntax errors in policy: a statement is not an object.")
    unknown = set(raw) - KNOWN
    if unknown:
        raise Malformed(f"Syntax errors in policy: unknown field {sorted(unknown)[0]}")
    if raw.get("Effect") not in ("Allow", "Deny"):
        raise Malformed("Invalid effect: " + str(raw.get("Effect")))
    actions, actions_inverted = _one_of(raw, "Action", "NotAction")
    for action in actions:
        if action != "*" and not re.fullmatch(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+", action):
            raise Malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    if kind == TRUST:
        if "Resource" in raw or "NotResource" in raw:
            raise Malformed("Has prohibited field Resource")
        resources, resources_inverted = strings("*"), False
    else:
        resources, resources_inverted = _one_of(raw, "Resource", "NotResource")
    principals, not_principals = _principals(raw.get("Principal")), _principals(raw.get("NotPrincipal"))
    if kind == IDENTITY and (principals is not None or not_principals is not None):
        raise Malformed("Policy document should not specify a principal.")
    if kind != IDENTITY and (principals is None) == (not_principals is None):
        raise Malformed("Missing required field Principal")
    if kind == IDENTITY and any(r != "*" and not r.startswith("arn:") for r in resources):
        raise Malformed('Resource must be in ARN format or "*".')
    return Statement(
        allow=raw["Effect"] == "Allow",
        principals=principals,
        not_principals=not_principals,
        actions=actions,
        actions_inverted=actions_inverted,
        resources=resources,
        resources_inverted=resources_inverted,
        conditions=_conditions(raw.get("Condition", {})),
        sid=str(raw.get("Sid", "")),
    )


def _one_of(raw: dict[str, Any], name: str, inverted: str) -> tuple[tuple[str, ...], bool]:
    if (name in raw) == (inverted in raw):
        raise Malformed(f"Policy statement must contain {name.lower()}s.")
    values = strings(raw.get(name, raw.get(inverted)))
    if not values:
        raise Malformed(f"Policy statement must contain {name.lower()}s.")
    return values, inverted in raw


def strings(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    spelled = []
    for one in values:
        if isinstance(one, bool):
            one = "true" if one else "false"
        elif isinstance(one, int | float):
            one = str(one)
        if not isinstance(one, str):
            raise Malformed("Syntax errors in policy: expected a string.")
        spelled.append(one)
    return tuple(spelled)


def _principals(raw: Any) -> dict[str, tuple[str, ...]] | None:
    if raw is None:
        return None
    if raw == "*":
        return {"*": ("*",)}
    if not isinstance(raw, dict) or not raw or set(raw) - {"AWS", "Service", "Federated", "CanonicalUser"}:
        raise Malformed("Invalid principal in policy")
    return {kind: strings(values) for kind, values in raw.items()}


def _conditions(raw: Any) -> tuple[Test, ...]:
    if not isinstance(raw, dict):
        raise Malformed("Syntax errors in policy: Condition")
    tests = []
    for name, block in raw.items():
        operator = parse_operator(name)
        if operator.name not in OPERATORS:
            raise Malformed(f"Invalid Condition type : {name}.")
        if not isinstance(block, dict):
            raise Malformed(f"Syntax errors in policy: Condition {name}")
        for key, values in block.items():
            tests.append(Test(operator, key.lower(), strings(values)))
    return tuple(tests)
