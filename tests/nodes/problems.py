"""Everything that is wrong with some user data, told at once."""

from typing import Any


class Unusable(Exception):
    """An instance with such user data never joins."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))


class Problems:
    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, problem: str) -> None:
        self._found.append(problem)

    def end(self) -> None:
        if self._found:
            raise Unusable(self._found)

    def mapping(self, parent: dict[str, Any], field: str, where: str, *, required: bool = True) -> dict[str, Any]:
        value = parent.get(field)
        if isinstance(value, dict):
            return value
        if value is not None or required:
            self.add(f"{where}{field} is {'missing' if value is None else 'no mapping'}")
        return {}

    def text(self, parent: dict[str, Any], field: str, where: str) -> str:
        value = parent.get(field)
        if isinstance(value, str) and value:
            return value
        self.add(f"{where}{field} is {'no text' if value else 'missing'}")
        return ""


class ConfigError(Exception):
    """A container cannot be made as its pod says; that may change, so it is tried again."""
