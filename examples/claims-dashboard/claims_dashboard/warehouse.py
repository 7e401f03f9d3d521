"""Statements by the Redshift Data API, as the IAM role that this process has: reading ones, with named parameters.

https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html
"""

import logging
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from claims_dashboard.settings import Settings
from claims_dashboard.trouble import Trouble

if TYPE_CHECKING:
    from mypy_boto3_redshift_data import RedshiftDataAPIServiceClient

log = logging.getLogger(__name__)
Rows = list[list[Any]]
PATIENCE = 25.0  # seconds; a page that takes longer is not waited for
_WAIT = 10
_ENDED = ("FINISHED", "FAILED", "ABORTED")
# By the code of AWS's refusal, or by the warehouse's words, which may quote a value and so are never shown.
_CODES = {
    "AccessDeniedException": Trouble.MAY_NOT_READ,
    "ActiveStatementsExceededException": Trouble.BUSY,
    "ThrottlingException": Trouble.BUSY,
    "ValidationException": Trouble.AWAY,  # paused, resized, or gone
}
_WORDS = (
    (re.compile(r"permission denied|must be owner", re.I), Trouble.MAY_NOT_READ),
    (re.compile(r"(relation|table|schema|column|database) .*does not exist", re.I), Trouble.NOT_SET_UP),
    (re.compile(r"cancel|abort", re.I), Trouble.SLOW),
)


class Refused(Exception):
    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.name)
        self.trouble = trouble


class Warehouse:
    def __init__(self, client: "RedshiftDataAPIServiceClient", settings: Settings) -> None:
        self._client, self._settings = client, settings

    @classmethod
    def of(cls, settings: Settings) -> "Warehouse":
        tries = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=5, read_timeout=30,
                       max_pool_connections=16)  # fmt: skip
        return cls(boto3.Session(region_name=settings.region).client("redshift-data", config=tries), settings)

    def read(self, statements: Sequence[str], parameters: Mapping[str, str]) -> list[Rows]:
        """The rows of each: one batch, so that they are of one moment."""
        assert all(each.startswith("SELECT ") for each in statements), "nothing but SELECT"
        try:
            return self._read(statements, parameters)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise self._refused(_CODES.get(code, Trouble.AWAY), code) from None
        except BotoCoreError as error:
            raise self._refused(Trouble.AWAY, type(error).__name__) from None

    def _read(self, statements: Sequence[str], parameters: Mapping[str, str]) -> list[Rows]:
        given: dict[str, Any] = {}
        if parameters:
            given["Parameters"] = [{"name": name, "value": value} for name, value in parameters.items()]
        deadline = time.monotonic() + PATIENCE
        submitted = self._client.batch_execute_statement(
            ClusterIdentifier=self._settings.cluster, Database=self._settings.database, Sqls=list(statements),
            StatementName=self._settings.app, WaitTimeSeconds=_WAIT, **given,
        )  # fmt: skip
        identifier = submitted["Id"]
        if submitted.get("Status") != "FINISHED":
            self._await(identifier, deadline)
        return [self._rows(f"{identifier}:{number}") for number in range(1, len(statements) + 1)]

    def _await(self, identifier: str, deadline: float) -> None:
        while True:
            told = self._client.describe_statement(Id=identifier, WaitTimeSeconds=_WAIT)
            if told["Status"] == "FINISHED":
                return
            if told["Status"] in _ENDED:
                words = str(told.get("Error", ""))
                trouble = next((found for pattern, found in _WORDS if pattern.search(words)), Trouble.AWAY)
                raise self._refused(trouble, told["Status"], identifier)
            if time.monotonic() > deadline:
                with suppress(ClientError, BotoCoreError):
                    self._client.cancel_statement(Id=identifier)
                raise self._refused(Trouble.SLOW, "Cancelled", identifier)

    def _rows(self, identifier: str) -> Rows:
        rows: Rows = []
        for page in self._client.get_paginator("get_statement_result").paginate(Id=identifier):
            rows += [[_value(field) for field in record] for record in page["Records"]]
        return rows

    def _refused(self, trouble: Trouble, code: str, identifier: str = "") -> Refused:
        fields = {"trouble": trouble.name, "code": code, "statement": identifier}
        log.warning("the warehouse gave no answer", extra={"fields": fields})
        return Refused(trouble)


def _value(field: Mapping[str, Any]) -> Any:
    return None if field.get("isNull") else next(iter(field.values()))
