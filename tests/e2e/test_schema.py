"""What a RedshiftSchema does with what is there already, with names, with locks, and when it goes."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from e2e.kinds import Object
from e2e.loopback import HTTP
from e2e.operator import REPOSITORY
from e2e.sql import Database
from e2e.waiting import until
from e2e.warehouse import KIND, Warehouse

ACCEPTED = REPOSITORY / "tests" / "admission" / "accepted"
VISITS = {"name": "visits", "columns": [{"name": "id", "type": "bigint"}, {"name": "note", "type": "varchar(64)"}]}
READER = {"name": "reader", "grants": [{"object": "ALL TABLES", "privileges": ["SELECT"]}]}


def _schemas(sql: Database) -> list[Any]:
    return [name for (name,) in sql("SELECT nspname FROM pg_namespace")]


def _roles(sql: Database) -> list[Any]:
    return [name for (name,) in sql("SELECT role_name FROM svv_roles")]


def _users(sql: Database) -> list[Any]:
    return [name for (name,) in sql("SELECT usename FROM pg_user")]


def test_a_schema_and_a_role_of_others_are_left_until_adoption_is_asked_for(warehouse: Warehouse) -> None:
    sql = warehouse.sql
    sql("CREATE SCHEMA legacy", "CREATE TABLE legacy.visits (id bigint, note varchar(64))")
    sql("INSERT INTO legacy.visits VALUES (1, 'kept')", 'CREATE ROLE "depot.legacy.reader"')
    warehouse.declare("legacy", tables=[VISITS], roles=[READER])
    message = warehouse.stalled("legacy", "Foreign")["message"]
    assert "schema legacy is there and was not made by Cloister" in message
    assert "set adopt to take it over, or choose another name" in message
    assert sql("SELECT 1 FROM svv_schema_privileges WHERE namespace_name = 'legacy' AND identity_type = 'role'") == []

    warehouse.make("legacy", tables=[VISITS], roles=[READER], adopt=True)
    assert sql("SELECT id, note FROM legacy.visits") == [["1", "kept"]]
    granted = "SELECT identity_name FROM svv_relation_privileges WHERE namespace_name = 'legacy'"
    assert ["depot.legacy.reader"] in sql(granted)


def test_a_role_of_others_alone_is_left_too(warehouse: Warehouse) -> None:
    warehouse.sql('CREATE ROLE "depot.roled.reader"')
    warehouse.declare("roled", roles=[READER])
    message = warehouse.stalled("roled", "Foreign")["message"]
    assert "role depot.roled.reader is there and was not made by Cloister: set adopt" in message


def test_tables_of_others_in_a_schema_are_never_touched(warehouse: Warehouse) -> None:
    warehouse.make("shared", tables=[VISITS], destructiveChanges="Allow")
    warehouse.sql("CREATE TABLE shared.theirs (id bigint)", "INSERT INTO shared.theirs VALUES (5)")
    warehouse.make("shared", destructiveChanges="Allow")
    tables = "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'shared'"
    assert warehouse.sql(f"{tables} AND c.relkind = 'r'") == [["theirs"]]
    assert warehouse.sql("SELECT id FROM shared.theirs") == [["5"]]


def test_deletion_keeps_the_schema_and_its_rows(warehouse: Warehouse) -> None:
    warehouse.make("kept", tables=[VISITS], roles=[READER])
    warehouse.sql("INSERT INTO kept.visits VALUES (1, 'kept')")
    warehouse.remove("kept")
    assert warehouse.sql("SELECT id, note FROM kept.visits") == [["1", "kept"]]
    assert "depot.kept.reader" in _roles(warehouse.sql)


def test_deletion_with_delete_drops_what_was_made_and_waits_for_what_others_made(warehouse: Warehouse) -> None:
    sql = warehouse.sql
    member = READER | {"members": ["IAMR:leavers"]}
    everything: Object = {"deletionPolicy": "Delete", "destructiveChanges": "Allow"}
    warehouse.make("gone", tables=[VISITS], roles=[member], **everything)
    warehouse.make("stays", tables=[VISITS], roles=[READER])
    assert any(user.lower() == "iamr:leavers" for user in _users(sql))
    sql("CREATE TABLE gone.theirs (id bigint)", "INSERT INTO gone.theirs VALUES (5)")
    warehouse.world.cluster.delete(KIND, "gone", warehouse.tenant)

    def is_told(found: Object | None) -> bool:
        return "never declared, such as theirs" in (found or {}).get("status", {}).get("message", "")

    warehouse.world.cluster.wait(KIND, "gone", is_told, warehouse.tenant, timeout=60)
    assert sql("SELECT id FROM gone.theirs") == [["5"]]

    sql("DROP TABLE gone.theirs")
    warehouse.world.cluster.wait_gone(KIND, "gone", warehouse.tenant, timeout=60)
    assert "gone" not in _schemas(sql)
    assert "depot.gone.reader" not in _roles(sql)
    assert not any(user.lower() == "iamr:leavers" for user in _users(sql))
    assert "stays" in _schemas(sql)
    assert "depot.stays.reader" in _roles(sql)


def _accepted(name: str) -> Object:
    """What the API server takes, as its own tests say."""
    spec: Object = yaml.safe_load(Path(ACCEPTED / f"{name}.yaml").read_text())["spec"]
    return spec


def _stands(warehouse: Warehouse, spec: Object) -> None:
    assert {spec["schema"], "public"} <= set(_schemas(warehouse.sql))
    found = warehouse.sql("SELECT schema_name, table_name, column_name FROM svv_redshift_columns")
    columns = sorted(row[1:] for row in found if row[0] == spec["schema"])
    assert columns == sorted([table["name"], column["name"]] for table in spec["tables"] for column in table["columns"])


def test_hostile_names_come_to_stand_as_they_are(warehouse: Warehouse) -> None:
    spec = _accepted("schema-of-hostile-names")
    # A table of this name is granted on: it is not ALL TABLES.
    spec["tables"].append({"name": "all tables", "columns": [{"name": "id", "type": "bigint"}]})
    warehouse.make("hostile", **spec)
    _stands(warehouse, spec)
    assert {f"depot.{spec['schema']}.{role['name']}" for role in spec["roles"]} <= set(_roles(warehouse.sql))


def test_names_of_127_bytes_come_to_stand_and_longer_ones_of_roles_are_refused(warehouse: Warehouse) -> None:
    """A role's name holds the tenant's and the schema's, which the API server does not know together."""
    spec = _accepted("schema-of-names-with-127-bytes")
    warehouse.declare("long", **spec)
    message = warehouse.stalled("long", "Invalid")["message"]
    assert "spec.roles[0].name" in message
    assert "Redshift's names have at most 127; write a shorter or plainer one" in message
    assert spec["schema"] not in _schemas(warehouse.sql)
    shorter = {part: value for part, value in spec.items() if part in ("schema", "tables")}
    warehouse.make("long", **shorter)
    _stands(warehouse, shorter)


def test_a_lock_of_somebody_else_is_waited_for(warehouse: Warehouse) -> None:
    warehouse.make("locked", tables=[VISITS])
    data: Any = warehouse.world.aws.redshift_data
    there = {"ClusterIdentifier": warehouse.identifier, "Database": "depot", "DbUser": "cloister_admin"}
    long = "SELECT COUNT(*) FROM pg_attribute a, pg_attribute b, pg_attribute c WHERE a.attnum + b.attnum = c.attnum"
    held = data.batch_execute_statement(**there, Sqls=["LOCK locked.visits", long])["Id"]
    until("it runs", lambda: data.describe_statement(Id=held)["Status"], lambda status: status == "STARTED")
    wider = VISITS | {"columns": [*VISITS["columns"], {"name": "more", "type": "date"}]}
    warehouse.declare("locked", tables=[wider])
    time.sleep(2)
    assert data.describe_statement(Id=held)["Status"] == "STARTED", "the lock was too short to show anything"
    assert not _has_column(warehouse, "locked", "more")
    data.cancel_statement(Id=held)
    warehouse.world.cluster.wait_ready(KIND, "locked", warehouse.tenant, timeout=60)
    assert _has_column(warehouse, "locked", "more")


def _has_column(warehouse: Warehouse, schema: str, column: str) -> bool:
    where = f"schema_name = '{schema}' AND column_name = '{column}'"
    return bool(warehouse.sql(f"SELECT 1 FROM svv_redshift_columns WHERE {where}"))


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "code": "ActiveStatementsExceededException", "status": 400, "count": 2},
        {"kind": "error", "code": "InternalServerException", "status": 500, "count": 2},
        {"kind": "answer_lost", "count": 1},
        {"kind": "throttle", "count": 2},
    ],
    ids=lambda fault: str(fault.get("code", fault["kind"])),
)
def test_what_fails_for_now_is_tried_again_and_done_once(warehouse: Warehouse, fault: Object) -> None:
    name = f"retried-{str(fault.get('code', fault['kind'])).lower().replace('_', '-')[:20]}"
    rule = {"service": "redshift-data", "operation": "BatchExecuteStatement", "id": "retried", "nth": 2}
    control = warehouse.world.endpoints.control
    HTTP.post(f"{control}/faults", json=rule | fault, timeout=10).raise_for_status()
    try:
        warehouse.make(name, tables=[VISITS], roles=[READER])
        (told,) = [one for one in HTTP.get(f"{control}/faults", timeout=10).json() if one["id"] == "retried"]
        assert told["hits"] == fault["count"]
    finally:
        HTTP.delete(f"{control}/faults", params={"id": "retried"}, timeout=10)


def test_no_word_of_redshift_reaches_status_events_or_the_log(warehouse: Warehouse) -> None:
    """The refusal of a cast quotes the row."""
    warehouse.make("hidden", tables=[VISITS])
    warehouse.sql("INSERT INTO hidden.visits VALUES (1, 'Jane Roe, HIV')")
    dated = VISITS | {"columns": [{"name": "id", "type": "bigint"}, {"name": "note", "type": "date"}]}
    warehouse.declare("hidden", tables=[dated], columnTypeChanges="ShadowTable", destructiveChanges="Allow")
    status = warehouse.stalled("hidden", "Refused")
    events = warehouse.world.cluster.every("Event", warehouse.tenant)
    log = warehouse.world.operator.log.read_text(errors="replace")
    for text in (str(status), str(events), log, warehouse.world.operator.metrics()):
        assert "Jane" not in text
        assert "HIV" not in text
    assert warehouse.sql("SELECT note FROM hidden.visits") == [["Jane Roe, HIV"]]
