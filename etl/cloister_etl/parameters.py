"""Parameters that tasks of this package give each other, not users."""

import hashlib
from typing import Any, TypeVar

import luigi

T = TypeVar("T")


class ValueParameter(luigi.Parameter[T]):
    """Any value that cannot change. Luigi tells tasks apart by their parameters' texts, so its text is a digest."""

    def serialize(self, x: Any) -> str:
        text = x.task_id if isinstance(x, luigi.Task) else repr(x)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def parse(self, x: str) -> T:
        raise ValueError("this parameter is given by a task, not by a user")

    def _warn_on_wrong_param_type(self, param_name: str, param_value: Any) -> None:
        """Luigi takes it for a text otherwise, and warns with its value."""
