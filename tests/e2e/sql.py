"""A database of a warehouse as its administrator sees it by hand, past the Data API."""

from dataclasses import dataclass
from typing import Any

from e2e.loopback import HTTP

Rows = list[list[Any]]


class SqlRefused(Exception):
    """Redshift said no."""


@dataclass(frozen=True)
class Database:
    control: str
    account: str
    cluster: str
    name: str

    def __call__(self, *statements: str) -> Rows:
        """Each is committed by itself; the rows of the last one."""
        rows: Rows = self._run(statements)["rows"]
        return rows

    def each(self, *queries: str) -> list[Rows]:
        results: list[Rows] = self._run(queries)["results"]
        return results

    def _run(self, statements: tuple[str, ...]) -> Any:
        told = {"account": self.account, "cluster": self.cluster, "database": self.name, "sql": list(statements)}
        answer = HTTP.post(f"{self.control}/sql", json=told, timeout=30)
        if not answer.ok:
            raise SqlRefused(answer.text)
        return answer.json()
