"""Keys, which Redshift records and does not enforce.

"Uniqueness, primary key, and foreign key constraints are informational only; they are not enforced by Amazon Redshift."
https://docs.aws.amazon.com/redshift/latest/dg/t_Defining_constraints.html
"""

from redshift.definitions import FOREIGN, PRIMARY, UNIQUE, Constraint
from redshift.errors import SqlError
from redshift.names import LONGEST
from redshift.session import Session

SUFFIX = {PRIMARY: "pkey", UNIQUE: "key", FOREIGN: "fkey"}


def record(session: Session, relid: int, table: str, constraint: Constraint) -> None:
    columns = session.columns(relid)
    for column in constraint.columns:
        if column not in columns:
            raise SqlError(f'column "{column}" named in key does not exist', "42703")
    if constraint.type == PRIMARY and _of_type(session, relid, PRIMARY):
        raise SqlError(f'multiple primary keys for table "{table}" are not allowed', "42P16")
    referenced, referenced_columns = 0, None
    if constraint.referenced is not None:
        referenced = session.relid(constraint.referenced)
        theirs = session.columns(referenced)
        referenced_columns = [theirs[name] for name in constraint.referenced_columns if name in theirs]
        if len(referenced_columns) != len(constraint.referenced_columns):
            raise SqlError("column referenced in foreign key constraint does not exist", "42703")
    name = constraint.name or _chosen(session, relid, table, constraint)
    if session.own("SELECT 1 FROM redshift.constraints WHERE relid = %s AND name = %s", (relid, name)):
        raise SqlError(f'constraint "{name}" for relation "{table}" already exists', "42710")
    session.own(
        "INSERT INTO redshift.constraints VALUES (%s, %s, %s, %s, %s, %s)",
        (relid, name, constraint.type, [columns[column] for column in constraint.columns], referenced,
         referenced_columns),
    )  # fmt: skip


def _of_type(session: Session, relid: int, kind: str) -> bool:
    return bool(session.own("SELECT 1 FROM redshift.constraints WHERE relid = %s AND type = %s", (relid, kind)))


def _chosen(session: Session, relid: int, table: str, constraint: Constraint) -> str:
    parts = [table] + ([] if constraint.type == PRIMARY else ["_".join(constraint.columns)])
    wanted = "_".join([*parts, SUFFIX[constraint.type]]).encode()[:LONGEST].decode(errors="ignore")
    taken = {row[0] for row in session.own("SELECT name FROM redshift.constraints WHERE relid = %s", (relid,))}
    number, name = 0, wanted
    while name in taken:
        number += 1
        name = f"{wanted}{number}"
    return name


def drop(session: Session, relid: int, table: str, name: str) -> None:
    found = session.own("DELETE FROM redshift.constraints WHERE relid = %s AND name = %s RETURNING name", (relid, name))
    if not found:
        raise SqlError(f'constraint "{name}" of relation "{table}" does not exist', "42704")


def on_column(session: Session, relid: int, number: int) -> list[str]:
    """The constraints that a column is part of, on either side."""
    found = session.own(
        "SELECT name FROM redshift.constraints WHERE (relid = %s AND %s = ANY(columns))"
        " OR (referenced = %s AND %s = ANY(referenced_columns))",
        (relid, number, relid, number),
    )
    return [row[0] for row in found]
