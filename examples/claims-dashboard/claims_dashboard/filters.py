"""What of the claims is looked at. Values go to the warehouse as named parameters, never into the statement."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

_STATUS = re.compile(r"[A-Z]{1,10}")
_DIAGNOSIS = re.compile(r"[A-Z][0-9A-Z]{0,3}(\.[0-9A-Z]{0,4})?")
FIELDS = ("from", "to", "status", "diagnosis")


@dataclass(frozen=True, slots=True)
class Filter:
    """`given` as typed, `mistakes` by field, `parameters` of what is right."""

    given: Mapping[str, str] = field(default_factory=dict)
    mistakes: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> "Filter":
        given = {name: arguments[name].strip() for name in FIELDS if arguments.get(name, "").strip()}
        made = {name: value.upper() if name in ("status", "diagnosis") else value for name, value in given.items()}
        mistakes: dict[str, str] = {}
        for name in ("from", "to"):
            if name in made and not _is_date(made[name]):
                mistakes[name] = "This is no date: write one such as 2026-03-31."
        if not mistakes and made.get("from", "") > made.get("to", "9999-12-31"):
            mistakes["to"] = "This is before the first day: choose a later one."
        if "status" in made and not _STATUS.fullmatch(made["status"]):
            mistakes["status"] = "There is no such status: choose one of the list."
        if "diagnosis" in made and not _DIAGNOSIS.fullmatch(made["diagnosis"]):
            mistakes["diagnosis"] = "This is no ICD-10 code: write one such as E11.9, or how it begins, such as E11."
        return cls(given, mistakes, {} if mistakes else made)

    @property
    def where(self) -> str:
        """With one parameter for each field that is given."""
        conditions = [_CONDITIONS[name] for name in FIELDS if name in self.parameters]
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    def but(self, **changes: str) -> dict[str, str]:
        """Of a link that changes some of it."""
        return {name: value for name, value in {**self.given, **changes}.items() if value}


_CONDITIONS = {
    "from": "service_date >= CAST(:from AS date)",
    "to": "service_date <= CAST(:to AS date)",
    "status": "status = :status",
    "diagnosis": "diagnosis LIKE :diagnosis || '%'",
}


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
