"""Injected faults within the SQL of a request: what the cluster keeps, and what the Data API then says."""

import subprocess
from typing import Any

import pytest

from aws.conftest import Emulator
from aws.redshift_data_world import Warehouse

SERIALIZATION = "1023\nDETAIL:  Serializable isolation violation on table"


@pytest.fixture(scope="module")
def warehouse(running: Emulator) -> Warehouse:
    running.reset()
    return Warehouse(running)


@pytest.fixture(autouse=True)
def _no_faults_are_left(warehouse: Warehouse) -> Any:
    yield
    warehouse.aws.control("DELETE", "/faults")


def fault(warehouse: Warehouse, **rule: Any) -> None:
    warehouse.aws.control("POST", "/faults", rule)


def tables(warehouse: Warehouse, name: str) -> list[list[str | None]]:
    return warehouse.rows(f"SELECT tablename FROM pg_tables WHERE tablename LIKE '{name}%' ORDER BY 1")


@pytest.mark.parametrize("last", [1, 2, 3])
def test_a_lost_session_takes_its_whole_transaction_along(warehouse: Warehouse, last: int) -> None:
    """ "If any SQL statement fails, all work is rolled back." (API_BatchExecuteStatement)"""
    fault(warehouse, kind="disconnect", sql="CREATE TABLE lost*", nth=last)
    described = warehouse.batch(*(f"CREATE TABLE lost{last}_{n} (a int)" for n in (1, 2, 3)))
    assert described["Status"] == "FAILED" and "connection" in described["Error"]
    assert tables(warehouse, f"lost{last}") == []


def test_a_lost_session_takes_a_single_statement_along(warehouse: Warehouse) -> None:
    fault(warehouse, kind="disconnect", sql="CREATE TABLE alone*")
    assert "connection" in warehouse.error("CREATE TABLE alone (a int)")
    assert tables(warehouse, "alone") == []
    warehouse.finished("CREATE TABLE alone (a int)")  # only the one


def test_a_refusal_is_in_the_description_and_nothing_is_kept(warehouse: Warehouse) -> None:
    """https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html"""
    fault(warehouse, kind="refuse", message=SERIALIZATION, sql="INSERT*")
    described = warehouse.batch("CREATE TABLE refused (a int)", "INSERT INTO refused VALUES (1)")
    assert described["Status"] == "FAILED"
    assert described["Error"] == f"Query #2 failed with ERROR: {SERIALIZATION}"
    assert [part["Status"] for part in described["SubStatements"]] == ["FINISHED", "FAILED"]
    assert tables(warehouse, "refused") == []


@pytest.mark.parametrize("last", [1, 2])
def test_an_aborted_request_is_rolled_back(warehouse: Warehouse, last: int) -> None:
    """ABORTED: "The query run was stopped by the user." (API_DescribeStatement)"""
    fault(warehouse, kind="abort", sql="CREATE TABLE aborted*", nth=last)
    described = warehouse.batch(*(f"CREATE TABLE aborted{last}_{n} (a int)" for n in (1, 2)))
    assert described["Status"] == "ABORTED"
    assert tables(warehouse, f"aborted{last}") == []


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_process_is_killed_within_a_transaction(warehouse: Warehouse, comes_back: bool) -> None:
    """The cluster commits without its client; only with its own session it forgets."""
    victim = subprocess.Popen(["sleep", "60"])
    name = f"within_{comes_back}".lower()
    fault(warehouse, kind="kill", when="within", pid=victim.pid, sql=f"CREATE TABLE {name}*")
    if not comes_back:
        fault(warehouse, kind="disconnect", sql=f"CREATE TABLE {name}*")
    warehouse.batch(f"CREATE TABLE {name} (a int)", "SELECT 1")
    assert victim.wait(10) == -9
    assert tables(warehouse, name) == ([[name]] if comes_back else [])


def test_calls_are_found_by_the_sql_that_they_are_about(warehouse: Warehouse) -> None:
    """A rule that hits none counts."""
    for operation in ("BatchExecuteStatement", "DescribeStatement", "GetStatementResult"):
        about = {"operation": operation, "sql": "SELECT 'me'*"}
        fault(warehouse, id=operation, kind="throttle", count=0, **about)
    described = warehouse.batch("SELECT 'me'", "SELECT 2")
    warehouse.batch("SELECT 'you'", "SELECT 2")
    warehouse.data.get_statement_result(Id=f"{described['Id']}:2")
    counted = {rule["id"]: (rule["seen"] > 0, rule["hits"]) for rule in warehouse.aws.control("GET", "/faults")}
    assert counted == dict.fromkeys(counted, (True, 0))
