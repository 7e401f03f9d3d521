"""ExecuteStatement and BatchExecuteStatement.

https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ExecuteStatement.html
https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_BatchExecuteStatement.html
"""

import time
from typing import TYPE_CHECKING, Any

from aws.call import Call
from aws.errors import AwsError, unsatisfied
from aws.redshift_data import caller
from aws.redshift_data.clusters import CLUSTERS
from aws.redshift_data.records import MOST_ACTIVE, STATEMENTS, TOKENS_KEPT, TRANSACTION, Part, Statement, new_id
from aws.registry import answers
from redshift.errors import SqlError
from redshift.parameters import names

if TYPE_CHECKING:
    from redshift.warehouse import Warehouse

LONGEST = 100 * 1024
MOST_IN_BATCH = 40
UNSUPPORTED = ("SecretArn", "WorkgroupName", "SessionId", "SessionKeepAliveSeconds", "WithEvent")
KNOWN = {
    "ClientToken", "ClusterIdentifier", "Database", "DbUser", "ExecutionMode", "Parameters", "ResultFormat", "Sql",
    "Sqls", "StatementName", "WaitTimeSeconds", *UNSUPPORTED,
}  # fmt: skip


def invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


@answers("redshift-data", "ExecuteStatement")
def execute_statement(call: Call) -> dict[str, Any]:
    return _submit(call, [call.required("Sql")], batch=False)


@answers("redshift-data", "BatchExecuteStatement")
def batch_execute_statement(call: Call) -> dict[str, Any]:
    sqls = call.required("Sqls")
    if not 1 <= len(sqls) <= MOST_IN_BATCH:
        constraint = f"Member must have length less than or equal to {MOST_IN_BATCH}"
        raise unsatisfied("ValidationException", "sqls", None, constraint)
    return _submit(call, sqls, batch=True)


def _submit(call: Call, sqls: list[str], batch: bool) -> dict[str, Any]:
    _check(call, sqls)
    repeated = _repeated(call)
    if repeated is not None:
        return submitted(repeated)
    warehouse = CLUSTERS.warehouse(call.account, call.region, call.required("ClusterIdentifier"))
    user, with_iam = caller.database_user(call)
    if STATEMENTS.active(call.account, call.region) >= MOST_ACTIVE:
        message = f"Active statements exceeded the allowed quota ({MOST_ACTIVE})."
        raise AwsError("ActiveStatementsExceededException", message)
    now, identifier = time.time(), new_id()
    ids = [f"{identifier}:{number}" for number in range(1, len(sqls) + 1)] if batch else [identifier]
    statement = Statement(
        id=identifier,
        parts=[Part(each, sql, now, now) for each, sql in zip(ids, sqls, strict=True)],
        account=call.account,
        region=call.region,
        cluster=call.params["ClusterIdentifier"],
        database=call.required("Database"),
        user=user,
        owner=call.by.principal_arn,
        owner_session=call.by.arn,
        owner_id=call.by.user_id,
        batch=batch,
        mode=call.param("ExecutionMode", TRANSACTION),
        name=call.param("StatementName", ""),
        parameters=call.param("Parameters") or [],
        given_user=call.param("DbUser"),
        with_iam=with_iam,
        created=now,
        updated=now,
    )
    STATEMENTS.add(statement)
    if call.param("ClientToken"):
        STATEMENTS.tokens[_token(call)] = (statement.id, _request(call))
    CLUSTERS.pool.submit(_perform, statement, warehouse)
    return submitted(statement)


def _perform(statement: Statement, warehouse: "Warehouse") -> None:
    from aws.redshift_data.run import perform  # only here: the parser and the driver load slowly

    perform(statement, warehouse)


def submitted(statement: Statement) -> dict[str, Any]:
    answer = {
        "Id": statement.id,
        "ClusterIdentifier": statement.cluster,
        "CreatedAt": statement.created,
        "Database": statement.database,
    }
    return answer | ({"DbUser": statement.given_user} if statement.given_user else {})


def _check(call: Call, sqls: list[str]) -> None:
    unknown = set(call.params) - KNOWN
    if unknown:
        raise invalid(f"Unknown parameters: {sorted(unknown)}")
    for parameter in UNSUPPORTED:
        if call.param(parameter):
            raise invalid(f"{parameter} is not supported by this emulator")
    if call.param("ResultFormat", "JSON") != "JSON":
        raise invalid("a ResultFormat other than JSON is not supported by this emulator")
    if call.param("ExecutionMode", TRANSACTION) not in (TRANSACTION, "AUTO_COMMIT"):
        raise unsatisfied("ValidationException", "executionMode", call.params["ExecutionMode"],
                          "Member must satisfy enum value set: [TRANSACTION, AUTO_COMMIT]")  # fmt: skip
    for sql in sqls:
        if not sql.strip():
            raise invalid("SQL statement must not be empty.")
        if len(sql.encode()) > LONGEST:
            raise invalid(f"Query statement size exceeds the limit of {LONGEST // 1024} KB.")
    given = {each["name"] for each in call.param("Parameters") or []}
    if given:
        _check_parameters(given, sqls)


def _check_parameters(given: set[str], sqls: list[str]) -> None:
    try:
        used = set().union(*(names(sql) for sql in sqls))
    except SqlError:
        return  # no SQL at all: the statement will fail by itself
    if given - used:
        raise invalid(f"Parameters list contains unused parameters. Unused parameters: {sorted(given - used)}")
    if used - given:
        raise invalid(f"Cannot find parameter: {sorted(used - given)[0]}")


def _token(call: Call) -> tuple[str, str, str]:
    return call.by.principal_arn, call.region, call.params["ClientToken"]


def _request(call: Call) -> tuple[str, dict[str, Any]]:
    return call.operation, {name: value for name, value in call.params.items() if name != "WaitTimeSeconds"}


def _repeated(call: Call) -> Statement | None:
    """The statement that the same request made before."""
    if not call.param("ClientToken"):
        return None
    identifier, request = STATEMENTS.tokens.get(_token(call), ("", None))
    statement = STATEMENTS.all.get(identifier)
    if statement is None or statement.created + TOKENS_KEPT < time.time():
        return None
    if request != _request(call):
        raise invalid("The ClientToken was used before with other parameters.")
    return statement
