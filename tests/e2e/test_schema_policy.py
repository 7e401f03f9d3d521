"""What a RedshiftSchema's policies allow: strangers' grants, changes that lose data, tables that are copied."""

from typing import Any

import pytest

from e2e.kinds import Object, condition, is_ready
from e2e.sql import Database
from e2e.waiting import until
from e2e.warehouse import KIND, Warehouse

ID: Object = {"name": "id", "type": "bigint"}
NOTE: Object = {"name": "note", "type": "varchar(64)"}
READER: Object = {"name": "reader", "grants": [{"object": "ALL TABLES", "privileges": ["SELECT"]}]}


def _visits(*columns: Object) -> Object:
    return {"name": "visits", "columns": list(columns)}


def _columns(sql: Database, schema: str) -> dict[Any, Any]:
    rows = sql(f"SELECT column_name, data_type FROM svv_redshift_columns WHERE schema_name = '{schema}'")
    return dict(rows)


def _grants(sql: Database, schema: str, who: str) -> list[Any]:
    where = f"namespace_name = '{schema}' AND identity_name = '{who}'"
    return sorted(p for (p,) in sql(f"SELECT privilege_type FROM svv_relation_privileges WHERE {where}"))


@pytest.fixture
def guest(warehouse: Warehouse) -> str:
    known = warehouse.sql("SELECT 1 FROM pg_user WHERE usename = 'guest'")
    if not known:
        warehouse.sql("CREATE USER guest PASSWORD DISABLE")
    return "guest"


@pytest.mark.parametrize("mode", ["Ignore", "Report", "Revoke"])
def test_grants_that_nobody_declared(warehouse: Warehouse, guest: str, mode: str) -> None:
    name, sql = f"unmanaged_{mode.lower()}", warehouse.sql
    kind = name.replace("_", "-")
    warehouse.make(kind, tables=[_visits(ID)], unmanagedGrants=mode)
    sql(f"GRANT SELECT ON {name}.visits TO {guest}", f"GRANT SELECT ON {name}.visits TO PUBLIC")
    warehouse.look(kind)
    # What PUBLIC may do is revoked, whatever is said of others.
    until("PUBLIC may do nothing", lambda: _grants(sql, name, "public"), lambda held: held == [])
    match mode:
        case "Ignore":
            warehouse.world.cluster.wait_ready(KIND, kind, warehouse.tenant)
            assert _grants(sql, name, guest) == ["SELECT"]
        case "Report":
            found = warehouse.world.cluster.wait(KIND, kind, _is_drifted, warehouse.tenant)
            assert found is not None
            assert "guest holds privileges that nobody declared, on visits" in found["status"]["message"]
            assert "set unmanagedGrants to Revoke" in found["status"]["message"]
            assert _grants(sql, name, guest) == ["SELECT"]
        case _:
            until("they are revoked", lambda: _grants(sql, name, guest), lambda held: held == [])
            warehouse.world.cluster.wait_ready(KIND, kind, warehouse.tenant)


def _is_drifted(found: Object | None) -> bool:
    status = (found or {}).get("status", {})
    return condition(found or {}, "Drifted").get("status") == "True" and "guest" in status["message"]


def test_what_would_lose_data_is_denied_by_default(warehouse: Warehouse) -> None:
    warehouse.make("denied", tables=[_visits(ID, NOTE), {"name": "old", "columns": [ID]}])
    warehouse.declare("denied", tables=[_visits(ID)])
    status = warehouse.stalled("denied", "DestructiveDenied")
    blocked = " ".join(status["plan"]["blocked"])
    assert "drop column note of table visits, which is not declared would lose data and is not done" in blocked
    assert "drop table old, which is no longer declared would lose data and is not done" in blocked
    assert "set destructiveChanges to RequireApproval or Allow" in status["message"]
    assert _columns(warehouse.sql, "denied").keys() == {"id", "note"}


def test_what_would_lose_data_is_done_once_for_the_hash_that_was_approved(warehouse: Warehouse) -> None:
    def declare(*tables: Object, **more: str) -> None:
        warehouse.declare("approved", tables=list(tables), destructiveChanges="RequireApproval", **more)

    declare(_visits(ID, NOTE), {"name": "old", "columns": [ID]})
    warehouse.world.cluster.wait_ready(KIND, "approved", warehouse.tenant, timeout=60)
    declare(_visits(ID), {"name": "old", "columns": [ID]})
    first = warehouse.stalled("approved", "ApprovalNeeded")
    hash_ = first["plan"]["hash"]
    assert f'set approvedPlan to "{hash_}" to approve it' in first["message"]
    assert first["plan"]["destructive"] == ['ALTER TABLE "approved"."visits" DROP COLUMN "note" RESTRICT']

    declare(_visits(ID), {"name": "old", "columns": [ID]}, approvedPlan="0" * 16)
    warehouse.stalled("approved", "ApprovalNeeded")
    assert "note" in _columns(warehouse.sql, "approved")

    declare(_visits(ID), {"name": "old", "columns": [ID]}, approvedPlan=hash_)
    warehouse.world.cluster.wait_ready(KIND, "approved", warehouse.tenant, timeout=60)
    assert "note" not in _columns(warehouse.sql, "approved")

    # Approved is what was shown then, and nothing that came later.
    declare(_visits(ID), approvedPlan=hash_)
    second = warehouse.stalled("approved", "ApprovalNeeded")
    assert second["plan"]["hash"] != hash_
    assert warehouse.sql("SELECT COUNT(*) FROM approved.old") == [["0"]]


def test_what_would_lose_data_is_done_at_once_where_it_is_allowed(warehouse: Warehouse) -> None:
    warehouse.make("allowed", tables=[_visits(ID, NOTE)], destructiveChanges="Allow")
    warehouse.make("allowed", tables=[_visits(ID)], destructiveChanges="Allow")
    assert _columns(warehouse.sql, "allowed").keys() == {"id"}


def test_a_type_that_redshift_cannot_change_is_refused_or_changed_by_a_copy(warehouse: Warehouse, guest: str) -> None:
    sql = warehouse.sql
    small = ID | {"type": "integer"}
    warehouse.make("copied", tables=[_visits(small, NOTE)], roles=[READER], unmanagedGrants="Ignore")
    sql("INSERT INTO copied.visits VALUES (1, 'one'), (2, 'two')", f"GRANT INSERT ON copied.visits TO {guest}")
    warehouse.declare("copied", tables=[_visits(ID, NOTE)], roles=[READER], unmanagedGrants="Ignore")
    message = warehouse.stalled("copied", "Immutable")["message"]
    assert "the type of column id from integer to bigint of table visits cannot be changed in place" in message
    assert "set columnTypeChanges to ShadowTable" in message

    warehouse.make(
        "copied",
        tables=[_visits(ID, NOTE)],
        roles=[READER],
        unmanagedGrants="Ignore",
        columnTypeChanges="ShadowTable",
    )
    assert _columns(sql, "copied")["id"] == "bigint"
    assert sql("SELECT id, note FROM copied.visits ORDER BY id") == [["1", "one"], ["2", "two"]]
    assert _grants(sql, "copied", "depot.copied.reader") == ["SELECT"]
    assert _grants(sql, "copied", guest) == ["INSERT"]
    tables = "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'copied'"
    assert sql(f"{tables} AND c.relkind = 'r'") == [["visits"]]


def test_drift_within_a_schema_is_reported_and_left_where_the_manifest_says_so(warehouse: Warehouse) -> None:
    warehouse.make("reported", tables=[_visits(ID)], roles=[READER], driftPolicy="Report")
    warehouse.sql('REVOKE SELECT ON reported.visits FROM ROLE "depot.reported.reader"')
    warehouse.look("reported")

    def is_told(found: Object | None) -> bool:
        return condition(found or {}, "Drifted").get("status") == "True"

    told = warehouse.world.cluster.wait(KIND, "reported", is_told, warehouse.tenant)
    assert told is not None
    assert not is_ready(told)
    record = told["status"]["recentDrift"][0]
    assert record["path"].startswith("roles.reader.grants.visits")
    assert record["remedy"] == "Reported"
    assert _grants(warehouse.sql, "reported", "depot.reported.reader") == []
    warehouse.make("reported", tables=[_visits(ID)], roles=[READER])
    assert _grants(warehouse.sql, "reported", "depot.reported.reader") == ["SELECT"]
