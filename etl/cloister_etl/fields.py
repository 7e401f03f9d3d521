"""A JSON object read field by field; what is wrong is collected, so that all of it is told at once."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Violation:
    field: str
    problem: str  # never the value, which may be a client's


class Fields:
    def __init__(self, document: dict[str, Any], path: str = "", violations: list[Violation] | None = None) -> None:
        self.document = document
        self.path = path
        self.violations: list[Violation] = violations if violations is not None else []

    def __bool__(self) -> bool:
        return bool(self.document)

    def wrong(self, name: str, problem: str) -> None:
        self.violations.append(Violation(f"{self.path}{name}", problem))

    def text(self, name: str, pattern: str = r"(?s:.+)") -> str:
        value = self.document.get(name)
        if value is None:
            self.wrong(name, "is missing")
        elif not isinstance(value, str):
            self.wrong(name, "must be a string")
        elif not value:
            self.wrong(name, "must not be empty")
        elif not re.fullmatch(pattern, value):
            self.wrong(name, f"must match {pattern}")
        else:
            return value
        return ""

    def integer(self, name: str, least: int) -> int:
        value = self.document.get(name)
        if value is None:
            self.wrong(name, "is missing")
        elif not isinstance(value, int) or isinstance(value, bool):
            self.wrong(name, "must be an integer")
        elif value < least:
            self.wrong(name, f"must be at least {least}")
        else:
            return value
        return least

    def time(self, name: str) -> datetime:
        text = self.text(name)
        try:
            found = datetime.fromisoformat(text) if text else None
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            if text:
                self.wrong(name, "must be a time with its zone, such as 2026-11-23T00:00:00Z")
            return datetime.min.replace(tzinfo=UTC)
        return found

    def texts(self, name: str) -> dict[str, str]:
        value = self.document.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(name, "must be an object of strings")
            return {}
        inner = Fields(value, f"{self.path}{name}.", self.violations)
        for each, given in value.items():
            if not isinstance(given, str):
                inner.wrong(each, "must be a string")
        return {each: given for each, given in value.items() if isinstance(given, str)}

    def within(self, name: str, optional: bool = False) -> "Fields":
        value = self.document.get(name)
        if value is None and not optional:
            self.wrong(name, "is missing")
        elif value is not None and (not isinstance(value, dict) or not value):
            self.wrong(name, "must be an object with its fields")
        return Fields(value if isinstance(value, dict) else {}, f"{self.path}{name}.", self._told(value))

    def each(self, name: str) -> "list[Fields]":
        value = self.document.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(name, "must be a list of objects")
            return []
        found = []
        for number, each in enumerate(value):
            if isinstance(each, dict):
                found.append(Fields(each, f"{self.path}{name}[{number}].", self.violations))
            else:
                self.wrong(f"{name}[{number}]", "must be an object")
        return found

    def _told(self, value: Any) -> "list[Violation]":
        """What is absent as a whole is told once, not again for each of its fields."""
        return self.violations if isinstance(value, dict) and value else []
