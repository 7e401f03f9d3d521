"""Statements that read and change rows, through sqlglot."""

from sqlglot import exp

from redshift import query, reading
from redshift.cursor import Cursor
from redshift.errors import unsupported
from redshift.labels import described
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs, whole


@performs("SELECT", "WITH", "( SELECT", "( WITH", "( (")
def select(session: Session, cursor: Cursor) -> Result:
    tree = query.parse(whole(cursor))
    if isinstance(tree, exp.DML):
        return reading.changed(session.act(query.write(tree, session.names, session.database)))
    if tree.find(exp.Into):
        raise unsupported("SELECT INTO")
    return described(session, session.act(query.write(tree, session.names, session.database)))


@performs("INSERT", "UPDATE", "DELETE", "MERGE")
def change(session: Session, cursor: Cursor) -> Result:
    tree = query.parse(whole(cursor))
    if not isinstance(tree, (exp.DML, exp.Merge)) or tree.find(exp.Returning):
        raise unsupported("this form of the statement")
    return reading.changed(session.act(query.write(tree, session.names, session.database)))
