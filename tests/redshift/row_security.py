"""Row-level security. https://docs.aws.amazon.com/redshift/latest/dg/t_rls.html"""

from redshift import policies, query
from redshift.cursor import Cursor, Relation
from redshift.errors import SqlError
from redshift.grantees import Grantee, parse_grantee
from redshift.names import quote
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs

ENFORCED = "cloister"  # our one PostgreSQL policy per command and table


@performs("CREATE RLS POLICY")
def create_policy(session: Session, cursor: Cursor) -> Result:
    policies.require_secadmin(session)
    name = cursor.name()
    columns = policies.parse_columns(cursor) if cursor.accept("WITH") else []
    cursor.accept("AS")
    alias = "" if cursor.at("USING") else cursor.name()
    cursor.expect("USING")
    qual = policies.expression(cursor)
    cursor.end()
    if policies.exists(session, "rls", name):
        raise SqlError(f'RLS policy "{name}" already exists', "42710")
    session.own(
        "INSERT INTO redshift.rls_policies VALUES (%s, %s, %s::jsonb, %s, %s, %s)",
        (name, alias or "rls_table", policies.described(columns), qual,
         query.expression(qual, session.names, session.database), session.user),
    )  # fmt: skip
    return Result()


@performs("DROP RLS POLICY")
def drop_policy(session: Session, cursor: Cursor) -> Result:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_RLS_POLICY.html"""
    policies.require_secadmin(session)
    existing = cursor.accept("IF", "EXISTS")
    name = cursor.name()
    behaviour = cursor.one_of("CASCADE", "RESTRICT") or "RESTRICT"
    cursor.end()
    if existing and not policies.exists(session, "rls", name):
        return Result()
    policies.require(session, "rls", name)
    attached = session.own("SELECT DISTINCT relid FROM redshift.rls_attachments WHERE policy = %s", (name,))
    if attached and behaviour == "RESTRICT":
        raise SqlError(f'cannot drop RLS policy "{name}" because it is attached to a relation', "2BP01")
    session.own("DELETE FROM redshift.rls_policies WHERE name = %s", (name,))
    for (relid,) in attached:
        _enforce(session, relid)
    return Result()


@performs("ATTACH RLS POLICY")
def attach_policy(session: Session, cursor: Cursor) -> Result:
    name, tables, grantees = _attachment(session, cursor, "TO")
    wanted = session.own(
        "SELECT c ->> 'colname', c ->> 'type' FROM redshift.rls_policies, jsonb_array_elements(columns) c"
        " WHERE name = %s",
        (name,),
    )
    for table in tables:
        relid = session.relid(table)
        _refuse_missing(session, relid, table, wanted)
        for grantee in grantees:
            if session.own(
                "SELECT 1 FROM redshift.rls_attachments WHERE policy = %s AND relid = %s AND grantee = %s",
                (name, relid, grantee.id),
            ):
                raise SqlError(f'RLS policy "{name}" is already attached on relation "{table.name}"', "42710")
            session.own(
                "INSERT INTO redshift.rls_attachments VALUES (%s, %s, %s, %s)", (name, relid, grantee.id, session.user)
            )
        _enforce(session, relid)
    return Result()


@performs("DETACH RLS POLICY")
def detach_policy(session: Session, cursor: Cursor) -> Result:
    name, tables, grantees = _attachment(session, cursor, "FROM")
    for table in tables:
        relid = session.relid(table)
        for grantee in grantees:
            if not session.own(
                "DELETE FROM redshift.rls_attachments WHERE policy = %s AND relid = %s AND grantee = %s RETURNING 1",
                (name, relid, grantee.id),
            ):
                raise SqlError(f'RLS policy "{name}" is not attached on relation "{table.name}"', "42704")
        _enforce(session, relid)
    return Result()


def _attachment(session: Session, cursor: Cursor, preposition: str) -> tuple[str, list[Relation], list[Grantee]]:
    policies.require_secadmin(session)
    name = cursor.name()
    cursor.expect("ON")
    cursor.accept("TABLE")
    tables = cursor.listed(cursor.relation)
    cursor.expect(preposition)
    grantees = cursor.listed(lambda: parse_grantee(session, cursor, ("ROLE",)))
    cursor.end()
    policies.require(session, "rls", name)
    return name, tables, grantees


def _refuse_missing(session: Session, relid: int, table: Relation, wanted: list[tuple[str, str]]) -> None:
    """ "The table being attached should have all the columns listed in the WITH clause." """
    columns = session.columns(relid)
    for column, _ in wanted:
        if column not in columns:
            raise SqlError(f'relation "{table.name}" does not have column "{column}" of the policy', "42703")


def _enforce(session: Session, relid: int) -> None:
    """Rows that all policies of a user allow; none for whom none is attached; inserting is free.

    "Amazon Redshift applies all the policies with the AND syntax": t_rls.html, "Combining multiple policies per user"
    """
    table = session.resolved(relid)
    attached = session.own(
        "SELECT p.translated, p.alias, array_agg(a.grantee) FROM redshift.rls_attachments a"
        " JOIN redshift.rls_policies p ON p.name = a.policy WHERE a.relid = %s GROUP BY p.name ORDER BY p.name",
        (relid,),
    )
    for command in ("SELECT", "UPDATE", "DELETE", "INSERT"):
        session.own(f"DROP POLICY IF EXISTS {ENFORCED}_{command.lower()} ON {table}")
    if not attached:
        return
    concerned = [(_concerns(grantees), qual.replace(f"{quote(alias)}.", "")) for qual, alias, grantees in attached]
    rule = " OR ".join(who for who, _ in concerned)
    rule = f"({rule}) AND " + " AND ".join(f"(NOT ({who}) OR ({qual}))" for who, qual in concerned)
    for command in ("SELECT", "UPDATE", "DELETE"):
        check = " WITH CHECK (true)" if command == "UPDATE" else ""
        session.own(f"CREATE POLICY {ENFORCED}_{command.lower()} ON {table} FOR {command} USING ({rule}){check}")
    session.own(f"CREATE POLICY {ENFORCED}_insert ON {table} FOR INSERT WITH CHECK (true)")


def _concerns(grantees: list[int]) -> str:
    if 0 in grantees:
        return "true"
    return " OR ".join(f"pg_has_role(current_user, {grantee}::oid, 'USAGE')" for grantee in grantees)
