"""A statement's run, in a thread of the pool."""

import logging
import time
from contextlib import suppress

import psycopg

from aws.redshift_data.clusters import CLUSTERS
from aws.redshift_data.mishaps import CANCELLED, Mishaps
from aws.redshift_data.records import (
    ABORTED,
    FAILED,
    FINISHED,
    NUMBERS,
    PICKED,
    STARTED,
    STATEMENTS,
    TRANSACTION,
    Part,
    Statement,
)
from aws.redshift_data.s3 import assuming
from redshift.errors import LoginRefused, SqlError
from redshift.parameters import bind
from redshift.result import Result
from redshift.runner import run
from redshift.session import Session
from redshift.text import without_values
from redshift.warehouse import Warehouse

log = logging.getLogger("aws.redshift_data")


def perform(statement: Statement, warehouse: Warehouse) -> None:
    started = time.perf_counter_ns()
    try:
        if STATEMENTS.delay:
            statement.cancelled.wait(STATEMENTS.delay)
        if not statement.cancelled.is_set():
            statement.set(PICKED)
            with warehouse.session(statement.database, statement.user, statement.with_iam) as session:
                session.objects = assuming(CLUSTERS.loop, (statement.account, statement.region, statement.cluster))
                statement.session, statement.pid = session, session.pid
                statement.set(STARTED)
                _parts(statement, session)
    except LoginRefused as refusal:
        statement.error = str(refusal)
    except Exception:
        log.exception("statement %s could not be run", statement.id)  # no text of it: that may be a client's data
        statement.error = "ERROR: internal error of the emulator; see its log"
    finally:
        statement.session = None
        statement.duration = time.perf_counter_ns() - started
        _conclude(statement)


def interrupt(statement: Statement) -> None:
    """Again and again, because a cancellation that comes between two commands meets none."""
    while statement.active:
        session = statement.session
        if session is not None:
            with suppress(psycopg.Error):
                session.connection.cancel_safe(timeout=2)
        time.sleep(0.02)


def _parts(statement: Statement, session: Session) -> None:
    values = {each["name"]: each["value"] for each in statement.parameters}
    sqls = [bind(part.sql, values) if values else part.sql for part in statement.parts]
    outcomes = run(session, sqls, statement.batch and statement.mode == TRANSACTION, Mishaps(statement, session))
    for number, part in enumerate(statement.parts, 1):
        if statement.cancelled.is_set():
            return
        part.query_id = next(NUMBERS)
        part.set(STARTED)
        _note(statement, part)
        clock = time.perf_counter_ns()
        outcome = next(outcomes, None)
        part.duration = time.perf_counter_ns() - clock
        if outcome is None:
            return
        _record(part, outcome)
        if isinstance(outcome, SqlError) and not statement.error:
            statement.error = f"Query #{number} failed with {outcome.text}" if statement.batch else outcome.text
    for outcome in outcomes:  # the transaction's end may fail as well
        if isinstance(outcome, SqlError) and not statement.error:
            statement.error = outcome.text


def _note(statement: Statement, part: Part) -> None:
    STATEMENTS.performed.append(
        {
            "n": len(STATEMENTS.performed) + 1,
            "id": part.id,
            "account": statement.account,
            "cluster": statement.cluster,
            "database": statement.database,
            "user": statement.user,
            "sql": without_values(part.sql),
        }
    )


def _record(part: Part, outcome: Result | SqlError) -> None:
    if isinstance(outcome, SqlError):
        part.error = outcome.text
        part.set(FAILED)
    else:
        part.result = outcome
        part.set(FINISHED)


def _conclude(statement: Statement) -> None:
    unfinished = any(part.status != FINISHED for part in statement.parts)
    if statement.cancelled.is_set() and unfinished and (not statement.error or CANCELLED in statement.error):
        final = ABORTED
    else:
        final = FAILED if statement.error else FINISHED
    for part in statement.parts:
        if part.status not in (FINISHED, FAILED) or (final == ABORTED and part.status == FAILED):
            part.set(ABORTED)
    statement.set(final)
