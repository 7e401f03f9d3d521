"""A cluster to speak to, for the tests of the Data API."""

import time
from typing import Any
from urllib.error import HTTPError

from aws.conftest import PRODUCTION, Emulator

ENDED = ("FINISHED", "FAILED", "ABORTED")


def make_cluster(aws: Emulator, name: str, administrator: str, database: str, **more: Any) -> None:
    redshift = aws.client("redshift")
    redshift.create_cluster(
        ClusterIdentifier=name, NodeType="ra3.large", MasterUsername=administrator, MasterUserPassword="Passw0rd!",
        DBName=database, NumberOfNodes=2, **more,
    )  # fmt: skip
    deadline = time.monotonic() + 20
    while redshift.describe_clusters(ClusterIdentifier=name)["Clusters"][0]["ClusterStatus"] != "available":
        assert time.monotonic() < deadline, f"{name} does not become available"
        time.sleep(0.01)


class Warehouse:
    """A cluster in production with its administrator `admin` and the database `dev`: `acme`, unless it is named."""

    def __init__(self, aws: Emulator, credentials: dict[str, str] | None = None, name: str = "") -> None:
        self.aws, self.name = aws, name or "acme"
        self.data = aws.client("redshift-data", credentials)
        self.target = {"ClusterIdentifier": self.name, "Database": "dev", "DbUser": "admin"}
        if not name:
            make_cluster(aws, "acme", "admin", "dev")

    def ended(self, identifier: str) -> dict[str, Any]:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            described: dict[str, Any] = self.data.describe_statement(Id=identifier)
            if described["Status"] in ENDED:
                return described
            time.sleep(0.01)
        raise AssertionError(f"{identifier} does not end")

    def run(self, sql: str, **more: Any) -> dict[str, Any]:
        return self.ended(self.data.execute_statement(**self.target | more, Sql=sql)["Id"])

    def batch(self, *sqls: str, **more: Any) -> dict[str, Any]:
        return self.ended(self.data.batch_execute_statement(**self.target | more, Sqls=list(sqls))["Id"])

    def finished(self, sql: str, **more: Any) -> str:
        described = self.run(sql, **more)
        assert described["Status"] == "FINISHED", described
        return str(described["Id"])

    def error(self, sql: str, **more: Any) -> str:
        described = self.run(sql, **more)
        assert described["Status"] == "FAILED", described
        return str(described["Error"])

    def sql(self, *sqls: str, database: str = "dev") -> list[list[str | None]]:
        """By hand, as the administrator, each committed; the rows of the last SELECT."""
        body = {"account": PRODUCTION, "cluster": self.name, "database": database, "sql": list(sqls)}
        try:
            rows: list[list[str | None]] = self.aws.control("POST", "/sql", body)["rows"]
        except HTTPError as error:
            raise AssertionError(error.read().decode()) from error
        return rows

    rows = sql
