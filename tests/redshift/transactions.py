"""Transaction blocks. https://docs.aws.amazon.com/redshift/latest/dg/r_BEGIN.html"""

from redshift.cursor import Cursor
from redshift.errors import unsupported
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs


@performs("BEGIN", "START TRANSACTION")
def begin(session: Session, cursor: Cursor) -> Result:
    cursor.one_of("WORK", "TRANSACTION")
    if cursor.accept("ISOLATION", "LEVEL"):
        # Whatever is asked for, all have the same here: one snapshot.
        if not cursor.one_of("SERIALIZABLE", "SNAPSHOT") and not cursor.accept("REPEATABLE", "READ"):
            cursor.expect("READ")
            if not cursor.one_of("COMMITTED", "UNCOMMITTED"):
                raise cursor.wrong()
        cursor.accept(",")
    if cursor.accept("READ", "ONLY"):
        raise unsupported("READ ONLY")
    cursor.accept("READ", "WRITE")
    session.begin()
    session.block = True
    return Result()


@performs("END", "COMMIT")
def commit(session: Session, cursor: Cursor) -> Result:
    cursor.one_of("WORK", "TRANSACTION")
    session.commit()
    session.block = False
    return Result()


@performs("ROLLBACK", "ABORT")
def rollback(session: Session, cursor: Cursor) -> Result:
    cursor.one_of("WORK", "TRANSACTION")
    session.rollback()
    session.block = False
    return Result()


@performs("LOCK")
def lock(session: Session, cursor: Cursor) -> Result:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_LOCK.html"""
    cursor.accept("TABLE")
    tables = ", ".join(relation.quoted for relation in cursor.listed(cursor.relation))
    cursor.end()
    session.act(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
    return Result()
