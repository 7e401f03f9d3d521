"""The statements of one request, performed one after the other."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from redshift import performers
from redshift.errors import SqlError
from redshift.result import Result
from redshift.session import Session
from redshift.statements import perform

assert performers.ALL  # imported for its effect: it registers the performers


class Witness(Protocol):
    """Asked around each statement; what it raises is the statement's failure."""

    def before(self, sql: str) -> None: ...

    def after(self, result: Result) -> None:
        """Performed and not committed."""


def run(
    session: Session, sqls: Sequence[str], one_transaction: bool, witness: Witness | None = None
) -> Iterator[Result | SqlError]:
    """What each gives. In one transaction the first error is the last word, and nothing is kept."""
    session.block = one_transaction
    for sql in sqls:
        try:
            if witness:
                witness.before(sql)
            result = perform(session, sql)
            if witness:
                witness.after(result)
            if not one_transaction and not session.block:
                session.commit()
        except SqlError as error:
            session.rollback()
            session.block = one_transaction
            yield error
            if one_transaction:
                return
            continue
        yield result
    try:
        session.commit()
    except SqlError as error:
        yield error
