"""Statements of the Redshift Data API, from submission to result.

https://docs.aws.amazon.com/redshift-data/latest/APIReference/Welcome.html
https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html
"""

import base64

import pytest

from aws.conftest import Emulator, refused
from aws.redshift_data_world import Warehouse


@pytest.fixture(scope="module")
def warehouse(running: Emulator) -> Warehouse:
    running.reset()
    return Warehouse(running)


def test_a_statement_goes_from_submission_to_typed_rows(warehouse: Warehouse) -> None:
    sql = "SELECT 1 AS one, CAST(2.5 AS DOUBLE PRECISION), 'x'::varchar, TRUE, NULL::int, CAST(1.50 AS DECIMAL(5,2))"
    submitted = warehouse.data.execute_statement(**warehouse.target, Sql=sql)
    assert submitted["ClusterIdentifier"] == "acme" and submitted["Database"] == "dev"
    described = warehouse.ended(submitted["Id"])
    assert described["Status"] == "FINISHED" and described["HasResultSet"] is True
    assert described["QueryString"] == sql and described["ResultRows"] == 1 and described["Duration"] > 0
    result = warehouse.data.get_statement_result(Id=submitted["Id"])
    assert result["Records"] == [
        [
            {"longValue": 1},
            {"doubleValue": 2.5},
            {"stringValue": "x"},
            {"booleanValue": True},
            {"isNull": True},
            {"stringValue": "1.50"},
        ]
    ]
    kinds = [column["typeName"] for column in result["ColumnMetadata"]]
    assert kinds == ["int4", "float8", "varchar", "bool", "int4", "numeric"]
    assert result["ColumnMetadata"][0]["name"] == "one" and result["TotalNumRows"] == 1


def test_columns_say_which_table_they_are_of(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE visits (id bigint NOT NULL, note varchar(20))")
    identifier = warehouse.finished("SELECT id, note FROM visits")
    first, second = warehouse.data.get_statement_result(Id=identifier)["ColumnMetadata"]
    assert (first["schemaName"], first["tableName"], first["nullable"]) == ("public", "visits", 0)
    assert (second["nullable"], second["precision"]) == (1, 20)


def test_a_failure_is_in_the_description(warehouse: Warehouse) -> None:
    described = warehouse.run("SELECT * FROM absent")
    assert described["Status"] == "FAILED"
    assert described["Error"] == 'ERROR: relation "absent" does not exist'
    with refused("ResourceNotFoundException", says="does not have result"):
        warehouse.data.get_statement_result(Id=described["Id"])


def test_a_statement_that_changes_rows_counts_them(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE counted (a int)")
    described = warehouse.run("INSERT INTO counted VALUES (1), (2), (3)")
    assert described["HasResultSet"] is False and described["ResultRows"] == 3


def test_a_batch_is_one_transaction(warehouse: Warehouse) -> None:
    """ "If any SQL statement fails, all work is rolled back." (API_BatchExecuteStatement)"""
    described = warehouse.batch("CREATE TABLE undone (a int)", "SELECT 7", "SELECT * FROM absent", "SELECT 8")
    assert described["Status"] == "FAILED"
    assert described["Error"] == 'Query #3 failed with ERROR: relation "absent" does not exist'
    subs = described["SubStatements"]
    assert [sub["Id"] for sub in subs] == [f"{described['Id']}:{number}" for number in (1, 2, 3, 4)]
    assert [sub["Status"] for sub in subs] == ["FINISHED", "FINISHED", "FAILED", "ABORTED"]
    assert warehouse.rows("SELECT tablename FROM pg_tables WHERE tablename = 'undone'") == []


def test_a_batch_gives_results_by_number(warehouse: Warehouse) -> None:
    described = warehouse.batch("SELECT 7", "CREATE TABLE done (a int)", "SELECT 8")
    assert described["Status"] == "FINISHED" and described["ExecutionMode"] == "TRANSACTION"
    assert [sub["HasResultSet"] for sub in described["SubStatements"]] == [True, False, True]
    result = warehouse.data.get_statement_result(Id=f"{described['Id']}:3")
    assert result["Records"] == [[{"longValue": 8}]]
    assert warehouse.data.describe_statement(Id=f"{described['Id']}:1")["QueryString"] == "SELECT 7"


def test_auto_commit_keeps_what_did_not_fail(warehouse: Warehouse) -> None:
    described = warehouse.batch(
        "CREATE TABLE kept (a int)", "SELECT * FROM absent", "SELECT 8", ExecutionMode="AUTO_COMMIT"
    )
    assert [sub["Status"] for sub in described["SubStatements"]] == ["FINISHED", "FAILED", "FINISHED"]
    assert warehouse.rows("SELECT COUNT(*) FROM kept") == [["0"]]


def test_a_client_token_makes_a_request_idempotent(warehouse: Warehouse) -> None:
    sql = "CREATE TABLE once (a int)"
    ids = {warehouse.data.execute_statement(**warehouse.target, Sql=sql, ClientToken="t-1")["Id"] for _ in range(3)}
    assert len(ids) == 1 and warehouse.ended(ids.pop())["Status"] == "FINISHED"
    with refused("ValidationException", says="ClientToken"):
        warehouse.data.execute_statement(**warehouse.target, Sql="SELECT 1", ClientToken="t-1")


def test_parameters_are_bound_by_name(warehouse: Warehouse) -> None:
    value = "it's \\ :b; DROP"
    identifier = warehouse.finished(
        "SELECT :a::varchar(20) AS a, ':a', 1::int WHERE :n > 1",
        Parameters=[{"name": "a", "value": value}, {"name": "n", "value": "2"}],
    )
    (row,) = warehouse.data.get_statement_result(Id=identifier)["Records"]
    assert row == [{"stringValue": value}, {"stringValue": ":a"}, {"longValue": 1}]


@pytest.mark.parametrize(
    ("sql", "parameters", "says"),
    [("SELECT 1", [{"name": "a", "value": "x"}], "unused"), ("SELECT :b, :a", [{"name": "a", "value": "x"}], "b")],
)
def test_parameters_must_fit_the_statement(warehouse: Warehouse, sql: str, parameters: object, says: str) -> None:
    with refused("ValidationException", says=says):
        warehouse.data.execute_statement(**warehouse.target, Sql=sql, Parameters=parameters)


def test_results_come_in_pages(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE n (a int)")
    values = ", ".join(f"({number})" for number in range(2500))
    warehouse.sql(f"INSERT INTO n VALUES {values}")
    identifier = warehouse.finished("SELECT a FROM n ORDER BY a")
    pages = warehouse.data.get_paginator("get_statement_result").paginate(Id=identifier)
    found = [record[0]["longValue"] for page in pages for record in page["Records"]]
    assert found == list(range(2500))
    foreign = base64.b64encode(b"another/1").decode()
    with refused("ValidationException", says="NextToken"):
        warehouse.data.get_statement_result(Id=identifier, NextToken=foreign)


def test_waiting_answers_when_the_statement_has_ended(warehouse: Warehouse) -> None:
    answer = warehouse.data.execute_statement(**warehouse.target, Sql="SELECT 1", WaitTimeSeconds=30)
    assert answer["Status"] == "FINISHED" and answer["HasResultSet"] is True
    warehouse.aws.control("POST", "/statements", {"delay_ms": 60000})
    slow = warehouse.data.execute_statement(**warehouse.target, Sql="SELECT 1")["Id"]
    assert warehouse.data.describe_statement(Id=slow, WaitTimeSeconds=1)["Status"] == "SUBMITTED"
    warehouse.data.cancel_statement(Id=slow)
    warehouse.aws.control("POST", "/statements", {"delay_ms": 0})


def test_statements_are_listed_newest_first(warehouse: Warehouse) -> None:
    """ "By default, only finished statements are shown." (API_ListStatements)"""
    first = warehouse.finished("SELECT 1", StatementName="count-1")
    warehouse.run("SELECT * FROM absent", StatementName="count-2")
    second = warehouse.finished("SELECT 2", StatementName="count-3")
    listed = warehouse.data.list_statements(StatementName="count")["Statements"]
    assert [each["Id"] for each in listed] == [second, first]
    every = warehouse.data.list_statements(Status="ALL", StatementName="count")["Statements"]
    assert [each["StatementName"] for each in every] == ["count-3", "count-2", "count-1"]
    wanted = {"Status": "ALL", "StatementName": "count", "MaxResults": 2}
    page = warehouse.data.list_statements(**wanted)
    rest = warehouse.data.list_statements(**wanted, NextToken=page["NextToken"])
    assert len(page["Statements"]) == 2 and len(rest["Statements"]) == 1


def test_a_row_of_a_result_has_64_kb_at_most(warehouse: Warehouse) -> None:
    """https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-troubleshooting.html"""
    half = f"CAST('{'x' * 32768}' AS varchar(65535))"
    warehouse.finished(f"SELECT {half}, {half}")
    assert "Packet for query is too large" in warehouse.error(f"SELECT {half}, {half}, 'y'")
