"""DescribeStatement, ListStatements, CancelStatement."""

import base64
import threading
from typing import Any

from aws.call import Call
from aws.errors import AwsError, unsatisfied
from aws.redshift_data.records import (
    ABORTED,
    ENDED,
    FAILED,
    FINISHED,
    PICKED,
    STARTED,
    STATEMENTS,
    SUBMITTED,
    Part,
    Statement,
)
from aws.registry import answers

STATUSES = (SUBMITTED, PICKED, STARTED, FINISHED, ABORTED, FAILED)


def find(call: Call) -> Statement:
    """Only who submitted a statement is told of it: the same role or user."""
    identifier = str(call.required("Id")).partition(":")[0]
    found = STATEMENTS.all.get(identifier)
    if found is None or (found.owner, found.region) != (call.by.principal_arn, call.region):
        raise AwsError("ResourceNotFoundException", "Query does not exist.", ResourceId=identifier)
    return found


def find_part(call: Call) -> tuple[Statement, Part | None]:
    """A batch's statement by its number; without one, the batch."""
    statement = find(call)
    if not statement.batch:
        return statement, statement.parts[0]
    number = str(call.params["Id"]).partition(":")[2]
    if not number:
        return statement, None
    for part in statement.parts:
        if part.id == call.params["Id"]:
            return statement, part
    raise AwsError("ResourceNotFoundException", "Query does not exist.", ResourceId=call.params["Id"])


@answers("redshift-data", "DescribeStatement")
def describe_statement(call: Call) -> dict[str, Any]:
    statement, part = find_part(call)
    answer: dict[str, Any] = {
        "Id": call.params["Id"],
        "ClusterIdentifier": statement.cluster,
        "Database": statement.database,
        "RedshiftPid": statement.pid,
        "ResultFormat": "json",
    }
    if statement.given_user:
        answer["DbUser"] = statement.given_user
    if statement.parameters:
        answer["QueryParameters"] = statement.parameters
    if part is not None and statement.batch:
        return answer | _part(part) | ({"RedshiftQueryId": part.query_id})
    answer |= {
        "Status": statement.status,
        "CreatedAt": statement.created,
        "UpdatedAt": statement.updated,
        "Duration": statement.duration if not statement.active else -1,
        "HasResultSet": any(_has_rows(each) for each in statement.parts),
    }
    if statement.error:
        answer["Error"] = statement.error
    if part is not None:
        told = ("QueryString", "RedshiftQueryId", "ResultRows", "ResultSize")
        return answer | {name: value for name, value in _part(part).items() if name in told}
    answer |= {"ResultRows": -1, "ResultSize": -1, "RedshiftQueryId": 0, "ExecutionMode": statement.mode}
    return answer | {"SubStatements": [_part(each) for each in statement.parts]}


def _has_rows(part: Part) -> bool:
    return part.result is not None and part.result.columns is not None


def _part(part: Part) -> dict[str, Any]:
    answer = {
        "Id": part.id,
        "QueryString": part.sql,
        "Status": part.status,
        "CreatedAt": part.created,
        "UpdatedAt": part.updated,
        "Duration": part.duration if part.status in ENDED else -1,
        "HasResultSet": _has_rows(part),
        "RedshiftQueryId": part.query_id,
        "ResultRows": part.result.count if part.result else -1,
        "ResultSize": part.result.size if part.result else -1,
    }
    return answer | ({"Error": part.error} if part.error else {})


@answers("redshift-data", "ListStatements")
def list_statements(call: Call) -> dict[str, Any]:
    """ "By default, only finished statements are shown." """
    wanted = call.param("Status", FINISHED)
    if wanted not in (*STATUSES, "ALL"):
        raise unsatisfied("ValidationException", "status", wanted, f"Member must satisfy enum value set: {STATUSES}")
    size = int(call.param("MaxResults", 100) or 100)
    mine = [each for each in STATEMENTS.all.values() if _listed(call, each, wanted)]
    mine.sort(key=lambda each: each.created, reverse=True)
    start = _offset(call)
    answer: dict[str, Any] = {"Statements": [_summary(each) for each in mine[start : start + size]]}
    if start + size < len(mine):
        answer["NextToken"] = base64.b64encode(str(start + size).encode()).decode()
    return answer


def _offset(call: Call) -> int:
    try:
        return int(base64.b64decode(call.param("NextToken") or "MA=="))
    except ValueError as error:
        raise AwsError("ValidationException", "NextToken is not valid.") from error


def _listed(call: Call, statement: Statement, wanted: str) -> bool:
    by_role = call.param("RoleLevel", True)
    owner = (statement.owner, call.by.principal_arn) if by_role else (statement.owner_session, call.by.arn)
    return (
        owner[0] == owner[1]
        and statement.region == call.region
        and wanted in ("ALL", statement.status)
        and statement.name.startswith(call.param("StatementName", ""))
        and call.param("ClusterIdentifier", statement.cluster) == statement.cluster
        and call.param("Database", statement.database) == statement.database
    )


def _summary(statement: Statement) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Id": statement.id,
        "Status": statement.status,
        "CreatedAt": statement.created,
        "UpdatedAt": statement.updated,
        "IsBatchStatement": statement.batch,
        "ResultFormat": "json",
    }
    if statement.name:
        answer["StatementName"] = statement.name
    if statement.batch:
        return answer | {"QueryStrings": [part.sql for part in statement.parts]}
    return answer | {"QueryString": statement.parts[0].sql}


@answers("redshift-data", "CancelStatement")
def cancel_statement(call: Call) -> dict[str, Any]:
    """ "To be canceled, a query must be running." """
    statement = find(call)
    if not statement.active:
        message = f"Could not cancel a query that is already in {statement.status} state with ID: {statement.id}"
        raise AwsError("ValidationException", message)
    statement.cancelled.set()
    threading.Thread(target=_interrupt, args=(statement,), daemon=True).start()
    return {"Status": True}


def _interrupt(statement: Statement) -> None:
    from aws.redshift_data.run import interrupt  # only here: the driver loads slowly

    interrupt(statement)
