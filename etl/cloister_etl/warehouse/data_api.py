"""Statements by the Redshift Data API, as the IAM identity that this process has.

https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html
"""

import re
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from cloister_etl.errors import EtlError, Terminated
from cloister_etl.run import WarehouseAddress
from cloister_etl.warehouse.sql import Sql

if TYPE_CHECKING:
    from mypy_boto3_redshift_data import RedshiftDataAPIServiceClient

WAIT = 20  # seconds that one call waits for the statement's end
ENDED = ("FINISHED", "FAILED", "ABORTED")
# What is told of a refusal in place of its text, which may quote a value.
KINDS = (
    (r"division by zero|divide by zero", "DoesNotHold"),
    (r"\b1023\b|Serializable isolation|conflict with concurrent", "Conflict"),
    (r"permission denied|must be owner", "PermissionDenied"),
    (r"not authorized to assume", "RoleNotAssumable"),
    (r"S3ServiceException", "S3Refused"),
    (r"load_error", "LoadError"),
    (r"(relation|table|schema|column) .*does not exist", "DoesNotExist"),
    (r"cancel", "Cancelled"),
    (r"password authentication|database .*does not exist", "LoginRefused"),
)


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    sql: Sql


class StepRefused(EtlError):
    def __init__(self, step: str, kind: str) -> None:
        super().__init__(f"the warehouse refused the step {step}: {kind}")
        self.step, self.kind = step, kind


class Unanswered(EtlError):
    """Whether the statement was run, or will be, is not known."""


class DataApi:
    def __init__(self, client: "RedshiftDataAPIServiceClient", address: WarehouseAddress) -> None:
        self.client, self.address = client, address

    def transaction(self, steps: Sequence[Step], token: str) -> list[int]:
        """How many rows each step changed or gave. By the same token the same steps are run once.

        The submission does not wait, so that the statement's id is known while it runs."""
        with _ambiguity():
            submitted = self.client.batch_execute_statement(
                ClusterIdentifier=self.address.cluster,
                Database=self.address.database,
                Sqls=[step.sql for step in steps],
                ClientToken=token,
            )
            described = self._ended(submitted["Id"])
        parts = described.get("SubStatements", [])
        if described["Status"] != "FINISHED":
            failed = next((number for number, part in enumerate(parts) if part.get("Status") == "FAILED"), None)
            step = steps[failed].name if failed is not None else "commit"
            raise StepRefused(step, _kind(described))
        return [max(part.get("ResultRows", 0), 0) for part in parts]

    def query(self, step: Step, parameters: Mapping[str, str]) -> list[list[Any]]:
        submitted = self.client.execute_statement(
            ClusterIdentifier=self.address.cluster,
            Database=self.address.database,
            Sql=step.sql,
            Parameters=[{"name": name, "value": value} for name, value in parameters.items()],
            ClientToken=uuid.uuid4().hex,
        )
        described = self._ended(submitted["Id"])
        if described["Status"] != "FINISHED":
            raise StepRefused(step.name, _kind(described))
        rows: list[list[Any]] = []
        for page in self.client.get_paginator("get_statement_result").paginate(Id=submitted["Id"]):
            rows += [[_value(field) for field in record] for record in page["Records"]]
        return rows

    def _ended(self, identifier: str) -> Mapping[str, Any]:
        """Cancelled when this process is ended, so that no lock outlives it."""
        try:
            while True:
                began = time.monotonic()
                described = self.client.describe_statement(Id=identifier, WaitTimeSeconds=WAIT)
                if described["Status"] in ENDED:
                    return described
                time.sleep(max(0.0, 1 - (time.monotonic() - began)))
        except Terminated:
            with suppress(Exception):
                self.client.cancel_statement(Id=identifier)
            raise


class _ambiguity:  # noqa: N801  # reads as a statement of its own
    """A request that was refused as it stands is no ambiguity; a lost answer or a fault of the service is."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, ClientError):
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
            if status < 500 and "Throttl" not in error.response["Error"]["Code"]:
                return
        if isinstance(error, (BotoCoreError, ClientError)):
            raise Unanswered("the warehouse did not answer") from error


def _kind(described: Mapping[str, Any]) -> str:
    text = str(described.get("Error", ""))
    return next((kind for pattern, kind in KINDS if re.search(pattern, text, re.IGNORECASE)), described["Status"])


def _value(field: Mapping[str, Any]) -> Any:
    return None if field.get("isNull") else next(iter(field.values()))
