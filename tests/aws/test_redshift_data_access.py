"""Who may submit, read and cancel statements, as whom they run, and the limits.

https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-access.html
https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-iam.html
"""

import subprocess
import sys
import time
from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, allow, document, refused, trusting
from aws.redshift_data_world import Warehouse

HERE = f"arn:aws:redshift:us-east-1:{PRODUCTION}"
CLUSTER = allow(["redshift-data:ExecuteStatement", "redshift-data:BatchExecuteStatement"], f"{HERE}:cluster:acme")
READING = allow(["redshift-data:DescribeStatement", "redshift-data:GetStatementResult"])


@pytest.fixture(scope="module")
def warehouse(running: Emulator) -> Warehouse:
    running.reset()
    return Warehouse(running)


def as_role(warehouse: Warehouse, name: str, *statements: dict[str, Any]) -> Warehouse:
    iam = warehouse.aws.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(f"arn:aws:iam::{PRODUCTION}:root"))
    iam.put_role_policy(RoleName=name, PolicyName="it", PolicyDocument=document(*statements))
    return Warehouse(warehouse.aws, warehouse.aws.credentials(role=name), name="acme")


def test_a_named_user_needs_credentials_for_that_user_and_database(warehouse: Warehouse) -> None:
    with refused("AccessDeniedException", says=f"redshift:GetClusterCredentials on resource: {HERE}:dbuser:acme/admin"):
        as_role(warehouse, "no-user", CLUSTER).run("SELECT 1")
    user = allow("redshift:GetClusterCredentials", f"{HERE}:dbuser:acme/admin")
    with refused("AccessDeniedException", says=f"{HERE}:dbname:acme/dev"):
        as_role(warehouse, "no-database", CLUSTER, user).run("SELECT 1")
    database = allow("redshift:GetClusterCredentials", f"{HERE}:dbname:acme/dev")
    assert as_role(warehouse, "both", CLUSTER, READING, user, database).run("SELECT 1")["Status"] == "FINISHED"


def test_the_cluster_itself_is_asked_for(warehouse: Warehouse) -> None:
    elsewhere = allow("redshift-data:ExecuteStatement", f"{HERE}:cluster:other")
    with refused("AccessDeniedException", says=f"redshift-data:ExecuteStatement on resource: {HERE}:cluster:acme"):
        as_role(warehouse, "elsewhere", elsewhere).run("SELECT 1")


def test_an_iam_identity_has_a_user_of_its_own(warehouse: Warehouse) -> None:
    """ "The database user is mapped 1:1 to the source IAM identity" (API_GetClusterCredentialsWithIAM)"""
    mapped = allow("redshift:GetClusterCredentialsWithIAM", f"{HERE}:dbname:acme/dev")
    analyst = as_role(warehouse, "Analyst", CLUSTER, READING, mapped)
    analyst.target = {"ClusterIdentifier": "acme", "Database": "dev"}
    identifier = analyst.finished("SELECT current_user")
    assert analyst.data.get_statement_result(Id=identifier)["Records"] == [[{"stringValue": "IAMR:Analyst"}]]
    assert "DbUser" not in analyst.data.describe_statement(Id=identifier)
    assert warehouse.rows("SELECT usesuper FROM pg_user WHERE usename = 'IAMR:Analyst'") == [["f"]]
    warehouse.sql("CREATE TABLE hers (a int)")
    assert analyst.error("SELECT * FROM hers") == "ERROR: permission denied for table hers"
    warehouse.sql('GRANT SELECT ON hers TO "IAMR:Analyst"')
    assert analyst.run("SELECT * FROM hers")["Status"] == "FINISHED"


def test_a_user_that_does_not_exist_cannot_log_in(warehouse: Warehouse) -> None:
    """ "If a database user matching the value for DbUser doesn't exist and Autocreate is False, then the command
    succeeds but the connection attempt will fail because the user doesn't exist" (API_GetClusterCredentials)"""
    assert warehouse.error("SELECT 1", DbUser="nobody") == 'FATAL: password authentication failed for user "nobody"'
    assert warehouse.error("SELECT 1", Database="absent") == 'FATAL: database "absent" does not exist'


def test_statements_are_their_submitters(warehouse: Warehouse) -> None:
    identifier = warehouse.finished("SELECT 1")
    other = as_role(warehouse, "other", allow("redshift-data:*"))
    for call in ("describe_statement", "get_statement_result", "cancel_statement"):
        with refused("ResourceNotFoundException", says="Query does not exist"):
            getattr(other.data, call)(Id=identifier)
    assert other.data.list_statements(Status="ALL")["Statements"] == []


def test_the_cluster_must_be_there(warehouse: Warehouse) -> None:
    with refused("ValidationException", says="endpoint doesn't exist"):
        warehouse.run("SELECT 1", ClusterIdentifier="absent")
    with refused("ValidationException", says="ClusterIdentifier"):
        warehouse.data.execute_statement(Sql="SELECT 1", Database="dev")


@pytest.mark.parametrize("parameter", ["SecretArn", "WorkgroupName", "SessionId"])
def test_what_is_not_emulated_is_refused(warehouse: Warehouse, parameter: str) -> None:
    with refused("ValidationException", says="not supported by this emulator"):
        warehouse.data.execute_statement(**warehouse.target, Sql="SELECT 1", **{parameter: "x"})


def test_the_documented_limits(warehouse: Warehouse) -> None:
    """ "The maximum query statement size is 100 KB"; "up to 40 SQL statements" in a batch."""
    with refused("ValidationException", says="100 KB"):
        warehouse.data.execute_statement(**warehouse.target, Sql="SELECT '" + "x" * 102400 + "'")
    with refused("ValidationException", says="less than or equal to 40"):
        warehouse.data.batch_execute_statement(**warehouse.target, Sqls=["SELECT 1"] * 41)


def test_at_most_500_statements_are_active_and_the_waiting_can_be_cancelled(warehouse: Warehouse) -> None:
    """ "The maximum number of active queries (STARTED and SUBMITTED queries) per Amazon Redshift cluster is 500." """
    warehouse.aws.control("POST", "/statements", {"delay_ms": 60000})
    ids = [warehouse.data.execute_statement(**warehouse.target, Sql="SELECT 1")["Id"] for _ in range(500)]
    with refused("ActiveStatementsExceededException"):
        warehouse.data.execute_statement(**warehouse.target, Sql="SELECT 1")
    for identifier in ids:
        assert warehouse.data.cancel_statement(Id=identifier)["Status"] is True
    assert {warehouse.ended(identifier)["Status"] for identifier in ids} == {"ABORTED"}
    warehouse.aws.control("POST", "/statements", {"delay_ms": 0})


def test_a_running_statement_can_be_cancelled(warehouse: Warehouse) -> None:
    numbers = "(SELECT 0 AS a UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4)"
    warehouse.sql(f"CREATE TABLE few AS SELECT x.a FROM {numbers} x, {numbers} y")
    long = "SELECT COUNT(*) FROM few a, few b, few c, few d, few e, few f, few g"
    identifier = warehouse.data.execute_statement(**warehouse.target, Sql=long)["Id"]
    deadline = time.monotonic() + 10
    while warehouse.data.describe_statement(Id=identifier)["Status"] != "STARTED":
        assert time.monotonic() < deadline
    warehouse.data.cancel_statement(Id=identifier)
    assert warehouse.ended(identifier)["Status"] == "ABORTED"
    with refused("ValidationException", says="Could not cancel a query that is already in ABORTED state"):
        warehouse.data.cancel_statement(Id=identifier)


def test_others_are_answered_while_a_statement_runs(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE some_rows AS SELECT 1 AS a UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4")
    long = "SELECT COUNT(*) FROM " + ", ".join(f"some_rows r{number}" for number in range(15))
    identifier = warehouse.data.execute_statement(**warehouse.target, Sql=long)["Id"]
    assert warehouse.finished("SELECT 1")
    assert warehouse.data.describe_statement(Id=identifier)["Status"] in ("PICKED", "STARTED")
    warehouse.data.cancel_statement(Id=identifier)
    assert warehouse.ended(identifier)["Status"] == "ABORTED"


def test_a_kill_after_a_statement_was_submitted_leaves_it_to_run(warehouse: Warehouse) -> None:
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    rule = {"kind": "kill", "pid": victim.pid, "service": "redshift-data", "operation": "*ExecuteStatement"}
    warehouse.aws.control("POST", "/faults", rule)
    identifier = warehouse.finished("CREATE TABLE survivor (a int)")
    assert victim.wait(10) == -9
    assert warehouse.rows("SELECT COUNT(*) FROM survivor") == [["0"]]
    assert warehouse.data.describe_statement(Id=identifier)["Status"] == "FINISHED"


def test_tests_are_told_what_was_performed_without_the_rows_that_went_in(warehouse: Warehouse) -> None:
    last = warehouse.aws.control("GET", "/statements")["last"]
    warehouse.sql("CREATE TABLE told (a varchar(20))")
    warehouse.run("INSERT INTO told VALUES ('secret', 7)")
    warehouse.batch("INSERT INTO told SELECT 'secret'", "SELECT 1")
    told = warehouse.aws.control("GET", f"/statements?since={last}")["statements"]
    texts = ["INSERT INTO told VALUES (?, ?)", "INSERT INTO told SELECT ?", "SELECT 1"]
    assert [each["sql"] for each in told] == texts


def test_a_reset_takes_the_data_along(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE gone (a int)")
    identifier = warehouse.finished("SELECT 1")
    warehouse.aws.reset()
    again = Warehouse(warehouse.aws)
    assert again.rows("SELECT COUNT(*) FROM pg_tables WHERE tablename = 'gone'") == [["0"]]
    with refused("ResourceNotFoundException"):
        again.data.describe_statement(Id=identifier)
