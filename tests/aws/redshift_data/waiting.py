"""WaitTimeSeconds: a call that answers once its statement has ended, or the time is up."""

import asyncio
import json
import time
from collections.abc import Callable

from aws.call import Call
from aws.errors import AwsError, unsatisfied
from aws.message import Response
from aws.redshift_data.records import STATEMENTS
from aws.render import result

SUBMITTING = ("ExecuteStatement", "BatchExecuteStatement")
OFTEN = 0.005


async def answer(call: Call, perform: Callable[[Call], Response]) -> Response:
    seconds = call.param("WaitTimeSeconds")
    if seconds is None:
        return perform(call)
    if not isinstance(seconds, int) or not 1 <= seconds <= 30:
        constraint = "Member must have value between 1 and 30"
        raise unsatisfied("ValidationException", "waitTimeSeconds", seconds, constraint)
    if call.operation not in SUBMITTING:
        await _ended(str(call.param("Id", "")), seconds)
        return perform(call)
    response = perform(call)
    document = json.loads(response.body)
    await _ended(document["Id"], seconds)
    statement = STATEMENTS.all.get(document["Id"])
    if statement is None:
        raise AwsError("ResourceNotFoundException", "Query does not exist.")
    rows = any(part.result is not None and part.result.columns is not None for part in statement.parts)
    told = {"Status": statement.status, "HasResultSet": rows, "RedshiftPid": statement.pid}
    return result(call, document | told)


async def _ended(identifier: str, seconds: int) -> None:
    statement = STATEMENTS.all.get(identifier.partition(":")[0])
    deadline = time.monotonic() + seconds
    while statement is not None and statement.active and time.monotonic() < deadline:
        await asyncio.sleep(OFTEN)
