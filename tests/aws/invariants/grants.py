"""Grants on keys that are wider than one key, or wider than a named principal."""

from collections.abc import Iterator

from aws.call import Call
from aws.policy.document import IDENTITY, RESOURCE, Malformed, Statement, parse

IDENTITY_DOCUMENTS = {"CreatePolicy", "CreatePolicyVersion", "PutRolePolicy"}
KEY_POLICIES = {"CreateKey", "PutKeyPolicy"}


def wide(call: Call) -> Iterator[str]:
    if call.operation in IDENTITY_DOCUMENTS and not _of_emergencies(call):
        yield from _in_identity(call.param("PolicyDocument", ""))
    elif call.operation in KEY_POLICIES and call.param("Policy"):
        yield from _in_key_policy(call.params["Policy"])


def _of_emergencies(call: Call) -> bool:
    """Who breaks the glass may do anything; keys themselves still say who uses them."""
    name = str(call.param("PolicyName") or call.param("PolicyArn") or "")
    return "cloister-people-" in name and name.endswith(("-break-glass", "-break-glass-limits"))


def _is_use(action: str) -> bool:
    """To look at the settings of a key is none."""
    looks = ("kms:describe", "kms:getkey", "kms:list")
    return action == "*" or (action.lower().startswith("kms:") and not action.lower().startswith(looks))


def _in_identity(text: str) -> Iterator[str]:
    for statement in _allows(text, IDENTITY):
        on_keys = statement.actions_inverted or any(_is_use(action) for action in statement.actions)
        if not on_keys:
            continue
        for resource in statement.resources:
            if statement.resources_inverted or resource == "*" or (":kms:" in resource and "*" in resource):
                yield f"a policy grants {', '.join(statement.actions)} on {resource}"


def _in_key_policy(text: str) -> Iterator[str]:
    for statement in _allows(text, RESOURCE):
        principals = statement.principals or {"*": ("*",)}
        names = [name for values in principals.values() for name in values]
        if "*" in names and not statement.conditions:
            yield "a key policy grants everyone something, without condition"
        if "kms:*" in statement.actions and not all(name.endswith(":root") for name in names):
            yield f"a key policy grants kms:* to {', '.join(names)}"


def _allows(text: str, kind: str) -> list[Statement]:
    try:
        return [statement for statement in parse(text, kind).statements if statement.allow]
    except Malformed:
        return []
