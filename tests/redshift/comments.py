"""COMMENT ON. https://docs.aws.amazon.com/redshift/latest/dg/r_COMMENT.html"""

from redshift.cursor import Cursor
from redshift.errors import unsupported
from redshift.names import literal
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs


@performs("COMMENT ON")
def comment(session: Session, cursor: Cursor) -> Result:
    kind = cursor.one_of("TABLE", "VIEW", "COLUMN", "SCHEMA", "DATABASE", "CONSTRAINT")
    if kind is None:
        raise cursor.wrong()
    if kind == "CONSTRAINT":
        raise unsupported("COMMENT ON CONSTRAINT")
    parts = [cursor.name()]
    while cursor.accept("."):
        parts.append(cursor.name())
    cursor.expect("IS")
    text = "NULL" if cursor.accept("NULL") else literal(cursor.string())
    cursor.end()
    session.act(f"COMMENT ON {kind} {'.'.join(session.names.quoted(part) for part in parts)} IS {text}")
    return Result()
