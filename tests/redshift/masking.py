"""Dynamic data masking: recorded and shown; queries are not masked here.

https://docs.aws.amazon.com/redshift/latest/dg/t_ddm.html
"""

import json

from redshift import policies
from redshift.cursor import Cursor
from redshift.errors import SqlError
from redshift.grantees import parse_grantee
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs


@performs("CREATE MASKING POLICY")
def create_policy(session: Session, cursor: Cursor) -> Result:
    policies.require_secadmin(session)
    absent = cursor.accept("IF", "NOT", "EXISTS")
    name = cursor.name()
    cursor.expect("WITH")
    columns = policies.parse_columns(cursor)
    cursor.expect("USING")
    masked = policies.expression(cursor)
    cursor.end()
    if policies.exists(session, "masking", name):
        if absent:
            return Result()
        raise SqlError(f'masking policy "{name}" already exists', "42710")
    session.own(
        "INSERT INTO redshift.masking_policies VALUES (%s, %s::jsonb, %s, %s)",
        (name, policies.described(columns), masked, session.user),
    )
    return Result()


@performs("ALTER MASKING POLICY")
def alter_policy(session: Session, cursor: Cursor) -> Result:
    policies.require_secadmin(session)
    name = cursor.name()
    cursor.expect("USING")
    masked = policies.expression(cursor)
    cursor.end()
    policies.require(session, "masking", name)
    session.own(
        "UPDATE redshift.masking_policies SET expression = %s, modified_by = %s WHERE name = %s",
        (masked, session.user, name),
    )
    return Result()


@performs("DROP MASKING POLICY")
def drop_policy(session: Session, cursor: Cursor) -> Result:
    policies.require_secadmin(session)
    name = cursor.name()
    cursor.end()
    policies.require(session, "masking", name)
    if session.own("SELECT 1 FROM redshift.masking_attachments WHERE policy = %s", (name,)):
        raise SqlError(f'cannot drop masking policy "{name}" because it is attached to a relation', "2BP01")
    session.own("DELETE FROM redshift.masking_policies WHERE name = %s", (name,))
    return Result()


@performs("ATTACH MASKING POLICY")
def attach_policy(session: Session, cursor: Cursor) -> Result:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_ATTACH_MASKING_POLICY.html"""
    policies.require_secadmin(session)
    name = cursor.name()
    cursor.expect("ON")
    table = cursor.relation()
    outputs = cursor.in_parentheses(cursor.name)
    inputs = cursor.in_parentheses(cursor.name) if cursor.accept("USING") else outputs
    cursor.expect("TO")
    grantee = parse_grantee(session, cursor, ("ROLE",))
    priority = cursor.integer() if cursor.accept("PRIORITY") else 0
    cursor.end()
    policies.require(session, "masking", name)
    relid = session.relid(table)
    for column in {*outputs, *inputs}:
        session.column(relid, table, column)
    # "You can't apply a policy to a column with the same priority as another policy attached to that column, even if
    # they're for different roles"; "You can't attach two policies to the same column/user pair", nor column/role pair.
    if session.own(
        "SELECT 1 FROM redshift.masking_attachments WHERE relid = %s AND (grantee = %s OR priority = %s)"
        " AND output_columns ?| %s",
        (relid, grantee.id, priority, outputs),
    ):
        raise SqlError("a masking policy of this grantee or priority is already attached to this column", "42710")
    session.own(
        "INSERT INTO redshift.masking_attachments VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s::jsonb)",
        (name, relid, grantee.id, session.user, priority, json.dumps(inputs), json.dumps(outputs)),
    )
    return Result()


@performs("DETACH MASKING POLICY")
def detach_policy(session: Session, cursor: Cursor) -> Result:
    policies.require_secadmin(session)
    name = cursor.name()
    cursor.expect("ON")
    table = cursor.relation()
    outputs = cursor.in_parentheses(cursor.name)
    cursor.expect("FROM")
    grantee = parse_grantee(session, cursor, ("ROLE",))
    cursor.end()
    policies.require(session, "masking", name)
    if not session.own(
        "DELETE FROM redshift.masking_attachments WHERE policy = %s AND relid = %s AND grantee = %s"
        " AND output_columns = %s::jsonb RETURNING 1",
        (name, session.relid(table), grantee.id, json.dumps(outputs)),
    ):
        raise SqlError(f'masking policy "{name}" is not attached on relation "{table.name}"', "42704")
    return Result()
