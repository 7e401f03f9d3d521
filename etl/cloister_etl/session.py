"""The run that this process is for, and what its tasks share: clients, the ledger, the counts."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from cloister_etl.run import Run
from cloister_etl.tally import Tally
from cloister_etl.warehouse.data_api import DataApi
from cloister_etl.warehouse.ledger import Ledger

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

TRIES = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=5, read_timeout=60)


class Session:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.aws = boto3.Session(region_name=run.region)
        self.tally = Tally()
        self.troubles: list[BaseException] = []  # that the run's end has to tell of

    @cached_property
    def s3(self) -> "S3Client":
        return self.aws.client("s3", config=TRIES)

    @cached_property
    def warehouse(self) -> DataApi:
        assert self.run.warehouse is not None, "asked for at the start"
        return DataApi(self.aws.client("redshift-data", config=TRIES), self.run.warehouse)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.warehouse, self.run.pipeline)

    def work_key(self, *path: str) -> str:
        return self.run.work.prefix + "/".join(path)


_SESSIONS: list[Session] = []


def begin(run: Run) -> Session:
    """Luigi makes its tasks itself, so what they share is kept here."""
    _SESSIONS[:] = [Session(run)]
    return _SESSIONS[0]


def current() -> Session:
    if not _SESSIONS:
        raise RuntimeError("there is no run: a pipeline is started by python -m cloister_etl")
    return _SESSIONS[0]
