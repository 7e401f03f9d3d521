"""Statements as the Data API remembers them.

https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html, "Considerations when calling the Data API"
"""

import itertools
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from redshift.result import Result

if TYPE_CHECKING:
    from redshift.session import Session  # only a statement's run loads what speaks to PostgreSQL

KEPT = 24 * 3600.0  # seconds that a result can be fetched for
TOKENS_KEPT = 8 * 3600.0
MOST_ACTIVE = 500
SUBMITTED, PICKED, STARTED = "SUBMITTED", "PICKED", "STARTED"
FINISHED, FAILED, ABORTED = "FINISHED", "FAILED", "ABORTED"
TRANSACTION, AUTO_COMMIT = "TRANSACTION", "AUTO_COMMIT"
ENDED = (FINISHED, FAILED, ABORTED)
NUMBERS = itertools.count(1)


@dataclass(slots=True)
class Part:
    """One SQL statement."""

    id: str
    sql: str
    created: float
    updated: float
    status: str = SUBMITTED
    error: str = ""
    result: Result | None = None
    duration: int = 0  # nanoseconds
    query_id: int = 0

    def set(self, status: str) -> None:
        self.status, self.updated = status, time.time()


@dataclass(slots=True)
class Statement:
    """One request: a statement, or a batch of them."""

    id: str
    parts: list[Part]
    account: str
    region: str
    cluster: str
    database: str
    user: str
    owner: str  # the IAM principal
    owner_session: str
    owner_id: str
    batch: bool
    mode: str
    name: str
    parameters: list[dict[str, str]]
    given_user: str | None
    with_iam: bool
    created: float
    updated: float
    status: str = SUBMITTED
    error: str = ""
    pid: int = 0
    duration: int = 0
    session: "Session | None" = None
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def active(self) -> bool:
        return self.status not in ENDED

    def set(self, status: str) -> None:
        self.status, self.updated = status, time.time()


def new_id() -> str:
    return str(uuid.uuid4())


class Statements:
    def __init__(self) -> None:
        self.all: dict[str, Statement] = {}
        self.tokens: dict[tuple[str, str, str], tuple[str, Any]] = {}  # of a principal: statement and request
        self.performed: list[dict[str, Any]] = []  # what clusters were told, for tests that count
        self.delay = 0.0  # seconds that a statement waits before it is picked

    def reset(self) -> None:
        for statement in self.all.values():
            statement.cancelled.set()
        self.all.clear()
        self.tokens.clear()
        self.performed.clear()
        self.delay = 0.0

    def add(self, statement: Statement) -> None:
        now = time.time()
        for old in [each.id for each in self.all.values() if not each.active and each.updated + KEPT < now]:
            del self.all[old]
        self.all[statement.id] = statement

    def active(self, account: str, region: str) -> int:
        return sum(each.active and (each.account, each.region) == (account, region) for each in self.all.values())


STATEMENTS = Statements()
