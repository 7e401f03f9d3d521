"""Flipping one part of a policy document, whichever resource holds it."""

import json
from typing import Any

# Valid everywhere and wanted nowhere.
_STRANGER = "arn:aws:iam::333333333333:root"


def flipped(text: str, path: str) -> str:
    """`path` is SID.part or SID.condition.OPERATOR.KEY."""
    document = json.loads(text)
    sid, part, *rest = path.split(".", 2)
    statement = next(one for one in document["Statement"] if one["Sid"] == sid)
    _change(statement, part, rest[0] if rest else "")
    return json.dumps(document)


def _change(statement: dict[str, Any], part: str, rest: str) -> None:
    match part:
        case "effect":
            statement["Effect"] = "Deny" if statement["Effect"] == "Allow" else "Allow"
        case "action":
            service = _many(statement["Action"])[0].split(":")[0]
            statement["Action"] = [f"{service}:List*"]
        case "resource":
            statement["Resource"] = [_elsewhere(one) for one in _many(statement["Resource"])]
        case "principal":
            statement["Principal"] = {"AWS": _STRANGER}
        case "condition":
            operator, key = rest.split(".", 1)
            spelled = next(one for one in statement["Condition"][operator] if one.lower() == key.lower())
            values = _many(statement["Condition"][operator][spelled])
            statement["Condition"][operator][spelled] = [_other(one) for one in values]
        case _:
            raise AssertionError(f"no flip for {part} of a statement")


def _many(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _elsewhere(arn: str) -> str:
    """Within the same bucket or queue, since AWS refuses a policy about another."""
    if arn == "*":
        return "arn:aws:s3:::elsewhere"
    if arn.endswith("/*"):
        return f"{arn}elsewhere"
    return f"{arn}/elsewhere*" if ":s3:" in arn else f"{arn}-elsewhere"


def _other(value: str) -> str:
    return {"true": "false", "false": "true", "1.2": "1.0"}.get(value, f"{value}-other")
