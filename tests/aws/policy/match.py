"""Wildcards and policy variables.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Callable
from functools import lru_cache

Lookup = Callable[[str], list[str] | None]
VARIABLE = re.compile(r"\$\{([^}]*)\}")
LITERALS = {"*": "*", "?": "?", "$": "$"}


@lru_cache(maxsize=16384)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    parts = []
    for character in pattern:
        if character == "*":
            parts.append(".*")
        elif character == "?":
            parts.append(".")
        else:
            # Control characters stand for literal * ? $ that came out of a variable.
            parts.append(re.escape(UNPROTECT.get(character, character)))
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def glob(pattern: str, text: str, ignore_case: bool = False) -> bool:
    if pattern == "*":
        return True
    return _compiled(pattern, ignore_case).fullmatch(text) is not None


def arn_like(pattern: str, arn: str) -> bool:
    """Each of the six parts by itself: a wildcard does not reach over a colon, except in the last part.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    if pattern == "*":
        return arn.startswith("arn:")
    want, have = pattern.split(":", 5), arn.split(":", 5)
    return len(want) == len(have) == 6 and all(glob(w, h) for w, h in zip(want, have, strict=True))


PROTECT = {"*": "\x01", "?": "\x02", "$": "\x03"}
UNPROTECT = {protected: literal for literal, protected in PROTECT.items()}


def substitute(text: str, lookup: Lookup) -> str | None:
    """With its variables filled in; None if one of them has no value, which makes the element match nothing."""
    if "${" not in text:
        return text
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        name, _, default = match.group(1).partition(",")
        name = name.strip()
        if name in LITERALS:
            return PROTECT[name]
        values = lookup(name.lower())
        if values is not None and len(values) == 1:
            # A value is never a pattern, else a tag of `*` would match everything.
            return "".join(PROTECT.get(c, c) if c in "*?" else c for c in values[0])
        if default:
            return default.strip().strip("'")
        missing = True
        return ""

    filled = VARIABLE.sub(value, text)
    return None if missing else filled


def plain(text: str) -> str:
    """A substituted text where it is compared rather than matched."""
    return "".join(UNPROTECT.get(c, c) for c in text)
