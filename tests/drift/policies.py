"""Flips of row-level security and masking."""

import json
import time
from typing import Any

from drift.schema import STRANGER
from drift.schema_snapshot import SCHEMA
from e2e.account import Account
from e2e.sql import Database


def flip_policy(aws: Account, database: Database, path: str) -> None:
    kind, _, name = path.rpartition(".")[0].partition(".")
    policy = f'"{SCHEMA}.{name}"'
    match kind, path.rpartition(".")[2]:
        case _, "attached":
            detached = [one for one in attachments(database) if policy in one]
            database(*detached)
        case "masking", "modifiedBy":
            _as_stranger(aws, database, f"ALTER MASKING POLICY {policy} USING ('shown')")
        case "rowLevelSecurity", "modifiedBy":
            of = f"SELECT polatts FROM svv_rls_policy WHERE polname = '{SCHEMA}.{name}'"
            column, type_ = _column(database(of)[0][0])
            database(f"DROP RLS POLICY {policy} CASCADE")
            _as_stranger(aws, database, f"CREATE RLS POLICY {policy} WITH ({column} {type_}) USING ({column} = 'all')")
        case _:
            raise AssertionError(f"no flip for {path} of a policy")


def attachments(database: Database, table: str = "") -> list[str]:
    """Statements that detach all that is attached, or what is to one table."""
    filters, masks = database.each(
        f"SELECT relname, polname, granteekind, grantee FROM svv_rls_attached_policy WHERE relschema = '{SCHEMA}'",
        "SELECT table_name, policy_name, grantee_type, grantee, output_columns FROM svv_attached_masking_policy"
        f" WHERE schema_name = '{SCHEMA}'",
    )
    detach = [
        f'DETACH RLS POLICY "{policy}" ON {SCHEMA}.{on} FROM {_grantee(kind, who)}'
        for on, policy, kind, who in filters
        if table in ("", on)
    ]
    return detach + [
        f'DETACH MASKING POLICY "{policy}" ON {SCHEMA}.{on} ({_names(columns)}) FROM {_grantee(kind, who)}'
        for on, policy, kind, who, columns in masks
        if table in ("", on)
    ]


def _grantee(kind: str, name: str) -> str:
    return "PUBLIC" if kind == "public" else f'ROLE "{name}"' if kind == "role" else f'"{name}"'


def _names(columns: str) -> str:
    return ", ".join(json.loads(columns))


def _column(attributes: str) -> tuple[str, str]:
    (one,) = json.loads(attributes)
    return one["colname"], one["type"]


def _as_stranger(aws: Account, database: Database, sql: str) -> None:
    """By the Data API, as AWS lets those who may take that user's credentials."""
    data: Any = aws.redshift_data
    there = {"ClusterIdentifier": database.cluster, "Database": database.name, "DbUser": STRANGER}
    statement = data.execute_statement(**there, Sql=sql)["Id"]
    while (told := data.describe_statement(Id=statement))["Status"] not in ("FINISHED", "FAILED", "ABORTED"):
        time.sleep(0.05)
    assert told["Status"] == "FINISHED", told.get("Error")
