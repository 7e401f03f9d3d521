"""Identifiers: Redshift folds them even when quoted, and allows 127 bytes, of which PostgreSQL keeps 63.

"ASCII letters in delimited identifiers are case-insensitive and are folded to lowercase."
https://docs.aws.amazon.com/redshift/latest/dg/r_names.html
"""

import hashlib
from dataclasses import dataclass, field

LONGEST = 127
KEPT = 63  # bytes of a name that PostgreSQL keeps


def fold(text: str) -> str:
    folded = "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in text)
    return _cut(folded, LONGEST)


def fold_user(text: str) -> str:
    """IAM: and IAMR: names are IAM's, whose case is kept."""
    return _cut(text, LONGEST) if text.upper().startswith(("IAM:", "IAMR:")) else fold(text)


def quote(stored: str) -> str:
    return '"' + stored.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _cut(text: str, longest: int) -> str:
    data = text.encode()
    return text if len(data) <= longest else data[:longest].decode(errors="ignore")


@dataclass(slots=True)
class Names:
    """What real names are stored as, and which of them PostgreSQL must be told before they are used."""

    pending: dict[str, str] = field(default_factory=dict)  # stored name: real name
    known: set[str] = field(default_factory=set)

    def stored(self, name: str) -> str:
        if len(name.encode()) <= KEPT:
            return name
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        beginning = _cut(name, KEPT - len(digest) - 1)
        short = beginning + "#" * (KEPT - len(digest) - len(beginning.encode())) + digest
        if short not in self.known:
            self.pending[short] = name
        return short

    def quoted(self, name: str) -> str:
        return quote(self.stored(name))

    def identity(self, kind: str, name: str) -> str:
        """The stored name of a user, group or role."""
        return self.stored(name if kind == "user" else f"{kind}:{name}")
